"""Programs and PostgreSQL killed under load, at random moments.

CHAOS_PROGRAM_KILLS, CHAOS_DATABASE_KILLS: so many; CHAOS_CROWD: how many
people and applications act at once.
"""
import asyncio
import os
import random
import re
from collections import Counter

from audit import Audit
from crowd import ask_again, crowd
from havoc import Havoc
from ledger import now
from verdict import Verdict

PROGRAM_KILLS = int(os.environ.get("CHAOS_PROGRAM_KILLS", "30"))
DATABASE_KILLS = int(os.environ.get("CHAOS_DATABASE_KILLS", "3"))
CROWD = int(os.environ.get("CHAOS_CROWD", "48"))

ROUND = 50              # program kills, after which all is checked
EVERY = 0.6             # seconds from one to the next, on average
KEPT = 100              # tokens of a round that are looked at in all later ones


def rounds():
    """-> (program kills, database kills) of each."""
    count = -(-PROGRAM_KILLS // ROUND)
    share = [(PROGRAM_KILLS * n // count, DATABASE_KILLS * n // count)
             for n in range(count + 1)]
    return [(b[0] - a[0], b[1] - a[1]) for a, b in zip(share, share[1:])]


class Tally:
    """What the summary says in the end."""

    def __init__(self, seed):
        self.seed = seed
        self.answers, self.killed = Counter(), Counter()
        self.seconds = self.entries = self.checked = self.unprovoked = 0
        self.broken = []

    def add(self, world, havoc, verdict, audit, seconds):
        self.answers += world.ledger.answers
        self.killed += havoc.killed
        self.seconds += seconds
        self.entries += len(world.ledger.entries)
        self.checked += audit.checked
        self.unprovoked += len(world.ledger.unprovoked())
        self.broken += verdict.broken + audit.broken

    def text(self):
        requests = sum(self.answers.values())
        unknown = sum(n for kind, n in self.answers.items()
                      if not kind.isdigit())
        lines = [f"CHAOS_SEED={self.seed}"]
        lines += [f"{n:>9,} kills of {what}"
                  for what, n in sorted(self.killed.items())]
        lines += [f"{requests:>9,} requests in {self.seconds:.0f} s, "
                  f"{requests / self.seconds:.0f} a second, of which"]
        lines += [f"{n:>9,}     {kind}"
                  for kind, n in sorted(self.answers.items())]
        lines += [
            f"{unknown:>9,} unknown outcomes ({self.unprovoked:,} of them a "
            "503 of ours while the database was well)",
            f"{self.entries:>9,} attempts judged by what came of them, and "
            f"{self.checked:,} of the things they gave looked up in the "
            "database",
            f"{len(self.broken):>9,} broken invariants", *self.broken[:20]]
        return "\n".join(lines)


def one_round(world, cluster, number, kills):
    """-> havoc, and how many seconds the crowd had."""
    programs, databases = kills
    havoc = Havoc(world, cluster, f"{world.seed}/{number}")

    async def trouble(_):
        await asyncio.sleep(0.5)
        await asyncio.gather(
            havoc.kill_programs(programs, EVERY),
            havoc.kill_databases(databases, programs * EVERY / (
                databases + 1)))
        await asyncio.sleep(0.5)

    world.new_page()
    began = now()
    asyncio.run(crowd(world, CROWD, trouble))
    return havoc, now() - began


def check(world):
    """Everything that was told is asked for again -> the verdict."""
    verdict = Verdict(world.ledger)
    access, refresh = verdict.to_ask()
    asyncio.run(ask_again(world, access, [
        (t, verdict.client_of(t)) for t in refresh]))
    return Verdict(world.ledger)


def check_kept(world, kept):
    """What was known in earlier rounds has not changed since."""
    world.new_page()
    broken = []
    for fate, tokens in kept.items():
        world.ledger.entries.clear()
        asyncio.run(ask_again(world, tokens))
        for e in world.ledger.entries:
            if e.outcome not in (fate, "unknown"):
                broken.append(f"once it was {fate}, now {e}")
    return broken + world.ledger.unexplained()


def keep(kept, verdict):
    """Some of those of which is known whether they live."""
    for fate in kept:
        tokens = [t for t in verdict.tokens if not t.startswith("prt")
                  and verdict.fate(t) == fate]
        kept[fate] += random.Random(len(tokens)).sample(
            tokens, min(KEPT, len(tokens)))


def test_kills(world, cluster, tell):
    """Nothing that was told is lost, and nothing is spent twice."""
    print(f"CHAOS_SEED={world.seed}", flush=True)
    tally, kept = Tally(world.seed), {"yes": [], "no": []}
    for number, kills in enumerate(rounds()):
        said = len(tally.broken)
        havoc, seconds = one_round(world, cluster, number, kills)
        verdict = check(world)
        tally.add(world, havoc, verdict,
                  Audit(world.stack, verdict, world.clients), seconds)
        tally.broken += check_kept(world, kept)
        keep(kept, verdict)
        print(f"round {number + 1}: {sum(tally.killed.values())} kills, "
              f"{len(tally.broken)} broken", *tally.broken[said:], sep="\n",
              flush=True)
    tell("Kills", tally.text())
    assert not tally.broken, "\n".join([tally.text(), *tally.broken[:50]])
    assert sum(tally.killed.values()) == PROGRAM_KILLS + DATABASE_KILLS
    for front in world.fronts:
        at = re.search("Sanitizer|runtime error:|Assertion", front.log_text())
        assert not at
