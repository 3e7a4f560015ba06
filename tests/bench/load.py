"""load - wrk, and what the machine did meanwhile."""
import os
import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

SECONDS = os.environ.get("BENCH_SECONDS", "3")
TICK = os.sysconf("SC_CLK_TCK")
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}

# Requests a second; milliseconds; cores, by who was busy.
Run = namedtuple("Run", "rate p50 p99 cpu")


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()
    return float(number) * UNITS[unit]


def processes():
    """-> {pid: (name, cpu seconds so far)}."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        name = text[text.index("(") + 1:text.rindex(")")]
        rest = text[text.rindex(")") + 2:].split()
        found[int(stat.parent.name)] = (
            name, (int(rest[11]) + int(rest[12])) / TICK)
    return found


GROUPS = {"lighttpd": "web server", "nginx": "web server",
          "apache2": "web server", "postgres": "PostgreSQL", "wrk": "load",
          "authorize": "programs", "token": "programs",
          "resource": "programs", "metadata": "programs",
          "floor": "programs", "gunicorn": "programs"}


def busy(before, after):
    """-> {group: CPU seconds between the two}."""
    spent = {}
    for pid, (name, seconds) in after.items():
        group = GROUPS.get(name)
        if group:
            spent[group] = spent.get(group, 0) + seconds - before.get(
                pid, (name, 0))[1]
    return spent


def wrk(url, connections, script):
    """One run -> Run; ends the benchmark where an answer was not good."""
    before = processes()
    done = subprocess.run(
        ["wrk", "-t2" if connections > 1 else "-t1", f"-c{connections}",
         f"-d{SECONDS}", "-s", script, "--latency", url],
        capture_output=True, text=True, check=True)
    spent = busy(before, processes())
    out = done.stdout
    if "Non-2xx" in out or "Socket errors" in out or "bad:" in out:
        sys.exit(f"bench: not every answer was good:\n{url}\n{out}")
    return Run(float(re.search(r"Requests/sec: *([\d.]+)", out).group(1)),
               milliseconds(re.search(r"50% *(\S+)", out).group(1)),
               milliseconds(re.search(r"99% *(\S+)", out).group(1)),
               {g: s / float(SECONDS) for g, s in spent.items()})


def pss(pids):
    """Proportional set size of all of them, in MiB."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(re.search(r"Pss: +(\d+)", text).group(1))
    return total / 1024


def children_of(state):
    """The pids whose program is in this stack's bin/."""
    found = []
    for exe in Path("/proc").glob("[0-9]*/exe"):
        try:
            if os.readlink(exe).startswith(state + "/bin/"):
                found.append(int(exe.parent.name))
        except OSError:
            continue
    return found
