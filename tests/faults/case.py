"""case - which cases are tried now, and how one is had again."""
import os

LONG = os.environ.get("FAULTS_LONG") == "1"
SEED = os.environ.get("FAULTS_SEED", "1")
ONLY = os.environ.get("FAULTS_ONLY")

# So many failures of one flow are enough to look at.
ENOUGH = 20

# k/n: every nth flow from the kth on, for several runs side by side.
PART, PARTS = map(int, os.environ.get("FAULTS_PART", "0/1").split("/"))


def repeat(*what):
    """The command that tries this case and no other."""
    path = "/".join(map(str, what))
    return f"FAULTS_ONLY='{path}' tests/run faults"
