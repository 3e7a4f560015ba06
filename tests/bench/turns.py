"""turns - two sides by turns, so that their ratio holds on a noisy machine."""
import json
import os
import statistics

import load

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
CONNECTIONS = [int(n) for n in
               os.environ.get("BENCH_CONNECTIONS", "1 16 64").split()]
WARM_UP = SECONDS / 3


def median(values):
    """Of numbers, or of dicts of numbers, of which each is one."""
    if isinstance(values[0], dict):
        names = {name for v in values for name in v}
        return {n: median([v.get(n, 0) for v in values])
                for n in sorted(names)}
    return statistics.median(values)


def summed(runs):
    """The medians of several runs' figures; of memory and sessions the most."""
    both = {name: median([r[name] for r in runs]) for name in runs[0]
            if name not in ("sessions", "pss", "bad")}
    roles = {role for r in runs for role in r["sessions"]}
    return {**both, "pss": max(r["pss"] for r in runs),
            "sessions": {role: max(r["sessions"].get(role, 0) for r in runs)
                         for role in sorted(roles)}}


def logged(side):
    """Round trips and statements of a flow, by the programs' own log: a
    flow's requests are of different endpoints, so the means are added."""
    count = {}
    for path in side.log.glob("*"):
        with path.open("rb") as f:
            f.seek(max(0, path.stat().st_size - 1_000_000))
            lines = f.read().decode(errors="replace").splitlines()[1:]
        for line in lines:
            at = line.find('{"time"')
            if at < 0 or '"trips"' not in line:
                continue
            try:
                line, _ = json.JSONDecoder().raw_decode(line[at:])
            except ValueError:      # its end is not written yet
                continue
            count.setdefault(line["endpoint"], []).append(
                (line["trips"], line["statements"]))
    return [sum(statistics.mean(c[n] for c in one)
                for one in count.values()) for n in (0, 1)]


def compare(ours, theirs, connections, database, settle=True):
    """(side, script) each -> the figures of both, and the ratio."""
    sides = {"ours": ours, "floor": theirs}
    runs = {"ours": [], "floor": []}
    ours[0].forget_log()
    for side, script in sides.values():
        load.ask(script, connections, WARM_UP)
    if settle:
        database.settle()
    for turn in range(RUNS):
        # A B, B A, A B: whoever is second finds the machine as warm.
        for name in sorted(sides, reverse=turn % 2 == 0):
            side, script = sides[name]
            runs[name].append(load.run(side, script, connections, SECONDS))
    ratios = [a["rate"] / b["rate"]
              for a, b in zip(runs["ours"], runs["floor"])]
    trips, statements = logged(ours[0])
    return {"connections": connections, "ratio": statistics.median(ratios),
            "ratios": ratios, **summed(runs["ours"]), "trips": trips,
            "statements": statements, "floor": summed(runs["floor"])}


def beside_wrk(url, script, home, connections=16):
    """Our load generator by turns with wrk, so that nobody need believe it."""
    lua = home / "wrk.lua"
    lua.write_text('wrk.method = "POST"\nwrk.body = "x=y"\n')
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(load.ask(script, connections, SECONDS)["rate"])
        theirs.append(load.wrk(url, connections, SECONDS, lua))
    return {"connections": connections, "rate": median(ours),
            "wrk": median(theirs),
            "ratio": median([a / b for a, b in zip(ours, theirs)])}
