"""processes - the programs of a stack, and what they hold."""
import os
import re
import signal
from collections import namedtuple
from pathlib import Path

PROGRAMS = ("authorize", "token", "resource", "metadata")

Process = namedtuple("Process", "pid program")


def runs(stack, pid):
    """-> which of the stack's programs this is, or None."""
    try:
        home, _, name = os.readlink(f"/proc/{pid}/exe").rpartition("/")
    except OSError:
        return None
    return name if home == stack.state + "/bin" and name in PROGRAMS else None


def programs_of(stack):
    """Those that run now."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return sorted(Process(pid, name) for pid in pids
                  if (name := runs(stack, pid)))


def kill(stack, process):
    """At once, and nobody else who has its number by now -> was it there?"""
    if runs(stack, process.pid) != process.program:
        return False
    os.kill(process.pid, signal.SIGKILL)
    return True


def pss(pid):
    """Proportional set size in KiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"Pss: +(\d+)", text).group(1))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def backends_of(cluster):
    """PostgreSQL's processes that serve the programs' roles."""
    postmaster = (Path(cluster.home) / "pg" / "postmaster.pid").read_text()
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
            title = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == postmaster.split()[0] \
                and title.startswith(b"postgres: postern_"):
            found.append(int(stat.parent.name))
    return found
