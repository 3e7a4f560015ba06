"""A long time under load leaves nothing behind: memory, descriptors and
PostgreSQL connections are flat.  CHAOS_SOAK_REQUESTS: how long."""
import asyncio
import os
import time

from crowd import crowd
from processes import PROGRAMS
from soak import sample, write_script, wrk
from verdict import Verdict

REQUESTS = int(os.environ.get("CHAOS_SOAK_REQUESTS", "20000"))
SLICES = 16

# What the last sample may have more than the one after the first tenth: an
# allocator's caches are filled at random, a connection of nginx's is kept by
# one process or the other.  A leak of 100 bytes or of a hundredth of a
# descriptor a request is far beyond that in the long form.
MORE_PSS, MORE_KIB = 1.10, 2048
MORE_DESCRIPTORS, MORE_CONNECTIONS = 16, 4
CONNECTIONS = 4     # a process, at most

# A sanitizer keeps what was freed, to see who uses it.
MEMORY_IS_OURS = os.environ.get("MODE") not in ("asan", "tsan")


def one_slice(world, script, seconds, connections=16):
    """wrk at both front ends, and the crowd with all that can not be repeated
    -> how many requests."""
    counted = []

    async def work(_):
        counted.extend(await asyncio.gather(*(
            wrk(front, script, seconds, connections)
            for front in world.fronts)))

    world.new_page()
    asyncio.run(crowd(world, 8, work))
    broken = Verdict(world.ledger).broken
    assert not broken, broken[:20]
    return sum(counted) + sum(world.ledger.answers.values())


def growth(first, last):
    """What is not flat, in words."""
    found = []
    for name in PROGRAMS:
        if MEMORY_IS_OURS and last.pss[name] \
                > first.pss[name] * MORE_PSS + MORE_KIB:
            found.append(f"{name}: {first.pss[name]} KiB became "
                         f"{last.pss[name]}")
        if last.descriptors[name] > first.descriptors[name] \
                + MORE_DESCRIPTORS:
            found.append(f"{name}: {first.descriptors[name]} descriptors "
                         f"became {last.descriptors[name]}")
    if last.connections > first.connections + MORE_CONNECTIONS:
        found.append(f"{first.connections} connections to PostgreSQL became "
                     f"{last.connections}")
    return found


def describe(first, last, seconds):
    lines = [f"{last.requests:,} requests in {seconds:.0f} s, each answered "
             "as it should be; at rest, after",
             f"{'':<26}{first.requests:>12,}{last.requests:>12,} requests"]
    for name in PROGRAMS:
        lines.append(f"{name + ', PSS in KiB':<26}{first.pss[name]:>12,}"
                     f"{last.pss[name]:>12,}")
    for name in PROGRAMS:
        lines.append(f"{name + ', descriptors':<26}"
                     f"{first.descriptors[name]:>12,}"
                     f"{last.descriptors[name]:>12,}")
    lines.append(f"{'PostgreSQL connections':<26}{first.connections:>12,}"
                 f"{last.connections:>12,}")
    lines.append(f"Flat: at most {MORE_PSS - 1:.0%} and {MORE_KIB} KiB, "
                 f"{MORE_DESCRIPTORS} descriptors and {MORE_CONNECTIONS} "
                 "connections more (four processes of each program).")
    return "\n".join(lines)


def test_flat(world, tmp_path, tell):
    script = write_script(tmp_path / "mix.lua", world.stack)
    samples, seconds = [], 1
    began = time.monotonic()
    # Once as many as they will ever be: what a program needs for that it
    # keeps.
    done = one_slice(world, script, 2, connections=256)
    while done < REQUESTS or len(samples) < 3:
        at, before = time.monotonic(), done
        done += one_slice(world, script, seconds)
        rate = (done - before) / (time.monotonic() - at)
        time.sleep(0.5)         # the last connections are closed
        samples.append(sample(world.fronts, done))
        print(f"{done:,} requests, {sum(samples[-1].pss.values()):,} KiB",
              flush=True)
        seconds = max(1, round(REQUESTS / SLICES / rate))
    first = next(s for s in samples if s.requests >= done / 10)
    tell("Soak", describe(first, samples[-1], time.monotonic() - began))
    assert len(samples) > 2
    assert not growth(first, samples[-1]), samples
    assert max(s.connections for s in samples) <= CONNECTIONS * 16
