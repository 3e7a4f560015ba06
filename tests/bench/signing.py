"""signing - what a signature costs by `openssl speed`, on all cores."""
import re
import subprocess

from machine import CORES


def operations(algorithm, column, seconds):
    """Operations a second of CPU time, of all cores together: openssl counts
    its own time, so that others who are busy do not change it."""
    said = subprocess.run(
        ["openssl", "speed", "-multi", str(CORES), "-seconds", str(seconds),
         algorithm], capture_output=True, text=True, check=True).stdout
    line = [text for text in said.splitlines() if re.match(
        r" *(rsa +2048 bits|256 bits ecdsa|253 bits EdDSA)", text)][-1]
    return float(line.split()[column])


def speed(times=3):
    """-> {algorithm: CPU us of a signature}: the best of so many, since what
    else the machine does can only make it dearer."""
    return {alg: CORES * 1e6 / max(operations(name, -2, 1)
                                   for _ in range(times))
            for alg, name in (("RS256", "rsa2048"), ("ES256", "ecdsap256"),
                              ("EdDSA", "ed25519"))}
