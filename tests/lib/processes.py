"""processes - the programs of a stack, and what they hold."""
import os
import re
import signal
from collections import namedtuple
from pathlib import Path

PROGRAMS = ("authorize", "token", "resource", "metadata")

Process = namedtuple("Process", "pid program")


def programs_of(stack):
    """Those that run now."""
    found = []
    for exe in Path("/proc").glob("[0-9]*/exe"):
        try:
            path = os.readlink(exe)
        except OSError:
            continue
        if path.startswith(stack.state + "/bin/") \
                and Path(path).name in PROGRAMS:
            found.append(Process(int(exe.parent.name), Path(path).name))
    return sorted(found)


def kill(stack, process):
    """At once, and nobody else who has its number by now -> was it there?"""
    if process not in programs_of(stack):
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
