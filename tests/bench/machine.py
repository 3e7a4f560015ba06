"""machine - what it is, and who of ours was busy, by how much.

Only processes that the benchmark started are counted, whatever else runs here;
what else was busy is said, so that a disturbed run can be told.
"""
import os
import platform
import re
import subprocess
import time
from collections import defaultdict
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()
GROUPS = ("web server", "programs", "PostgreSQL")


def processes():
    """-> {pid: (parent, name, own CPU seconds, those of reaped children)}."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        name = text[text.index("(") + 1:text.rindex(")")]
        rest = text[text.rindex(")") + 2:].split()
        user, system, reaped_user, reaped_system = map(int, rest[11:15])
        found[int(stat.parent.name)] = (
            int(rest[1]), name, (user + system) / TICK,
            (reaped_user + reaped_system) / TICK)
    return found


def precisely(pid, own):
    """CPU seconds of a process, by its own clock: clock_getcpuclockid(3) is
    that much, and /proc counts by 10 ms."""
    try:
        return time.clock_gettime_ns(~pid << 3 | 2) / 1e9
    except OSError:
        return own


def trees(table, roots):
    """The pids of these and of all that came of them."""
    below = defaultdict(list)
    for pid, (parent, *_) in table.items():
        below[parent].append(pid)
    found, todo = [], [pid for pid in roots if pid in table]
    while todo:
        found.append(todo.pop())
        todo += below[found[-1]]
    return found


def counted(table, roots):
    """-> {group: CPU seconds so far}, and of whom: pids and reaped."""
    total, seen = dict.fromkeys(GROUPS, 0.0), []
    for group, pids in roots.items():
        web = {table[p][1] for p in pids if p in table} \
            if group == "web server" else None
        for pid in trees(table, pids):
            _, name, own, reaped = table[pid]
            is_web = web is None or name in web
            total[group if is_web else "programs"] += precisely(pid, own)
            total[group if web is None else "programs"] += reaped
            seen.append((pid, reaped))
    return total, seen


def spent(roots):
    """{group: root pids} -> {group: CPU seconds so far}.

    What a web server starts is a CGI program and counts as one.  Who ends
    while we count would be counted twice, or not at all: then once more.
    """
    table = processes()
    for _ in range(4):
        total, seen = counted(table, roots)
        table = processes()
        now = [(pid, table[pid][3]) for pids in roots.values()
               for pid in trees(table, pids)]
        if now == seen:
            break
    return total


def busy():
    """CPU seconds of all the machine so far."""
    user, nice, system, _, _, irq, softirq = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8])
    return (user + nice + system + irq + softirq) / TICK


def memory(pids):
    """Proportional set size of these processes, in MiB."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss: +(\d+)", text, re.M)
        total += int(found.group(1)) if found else 0
    return total / 1024


def said(*command):
    """What a command says of itself, its first line; "-" where it is not."""
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=10, check=False)
    except OSError:
        return "-"
    return ((done.stdout or done.stderr).strip().split("\n") or ["-"])[0]


def package(name):
    """A Debian package's version, or None."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name],
                          capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 and done.stdout else None


def described():
    """The machine and its versions, no names."""
    cpu = re.search(r"model name\s*: (.*)",
                    Path("/proc/cpuinfo").read_text())
    memory_kb = re.search(r"MemTotal: +(\d+)",
                          Path("/proc/meminfo").read_text())
    versions = {name: version for name in (
        "lighttpd", "nginx", "libfcgi0ldbl", "libpq5",
        "libsodium23", "libssl3", "gcc") if (version := package(name))}
    versions["gcc"] = said("gcc", "-dumpfullversion")
    return {"cpu": cpu.group(1) if cpu else platform.machine(),
            "cores": CORES, "memory": int(memory_kb.group(1)) // 1048576 + 1,
            "kernel": platform.release(), "versions": versions}
