"""signing - JWTs by RS256, beside what `openssl speed` says that the cores can
sign: by turns, since a machine that is slower for a while is so for both."""
import re
import subprocess

import load
import scenarios
from machine import CORES
from turns import CONNECTIONS, RUNS, SECONDS, WARM_UP, median

# As openssl calls it, and its line of the answer.
NAMES = {"RS256": ("rsa2048", r" *rsa +2048 bits"),
         "EdDSA": ("ed25519", r" *253 bits EdDSA")}


def signature(alg):
    """CPU us of one, on all cores at once: openssl counts its own time, so
    that others who are busy do not change it."""
    name, line = NAMES[alg]
    said = subprocess.run(
        ["openssl", "speed", "-multi", str(CORES), "-seconds", "1", name],
        capture_output=True, text=True, check=True).stdout
    found = [text for text in said.splitlines() if re.match(line, text)]
    return CORES * 1e6 / float(found[-1].split()[-2])


def turn(postern, scripts, connections):
    """What a request costs beside its signature is what the same one costs
    with EdDSA, less that one's; everything counted that ran, also the load
    generator."""
    cost = {alg: signature(alg) for alg in NAMES}
    ran = {alg: load.run(postern, scripts[alg], connections, SECONDS)
           for alg in NAMES}
    rest = max(0, sum(ran["EdDSA"]["cpu"].values()) - cost["EdDSA"])
    possible = CORES * 1e6 / (rest + cost["RS256"])
    return {**cost, "rest": rest, "possible": possible,
            "rate": ran["RS256"]["rate"],
            "ratio": ran["RS256"]["rate"] / possible}


def by_turns(postern, home):
    """-> at each number of connections {algorithm: CPU us of a signature,
    "rest": us, "possible" and "rate": tokens a second, "ratio", "ratios"}."""
    scripts = {alg: scenarios.LIGHTTPD[f"JWT token, {alg}"].make(postern, home)
               for alg in NAMES}
    found = []
    for connections in CONNECTIONS:
        for script in scripts.values():
            load.ask(script, connections, WARM_UP)
        turns = [turn(postern, scripts, connections) for _ in range(RUNS)]
        found.append({"connections": connections, **median(turns),
                      "ratios": [t["ratio"] for t in turns]})
    return found
