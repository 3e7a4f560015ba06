"""load - one run of load.c, and what the machine did meanwhile."""
import json
import re
import subprocess
import time
from urllib.parse import urlencode, urlsplit

from machine import CORES, busy, memory, spent
from postern_stack import BUILD

FORM = "application/x-www-form-urlencoded"


class Script:
    """What to ask for: see load.c.  .write(path) -> path."""

    def __init__(self, url, own=None, each=None):
        self.host = urlsplit(url).netloc
        _, port = self.host.split(":")
        self.lines = [f"host 127.0.0.1:{port}"]
        if own:
            self.lines.append(f"own {own}")
        if each:
            self.lines.append(f"list {each}")

    def step(self, status, method, path, *find, **take):
        """The next request; take: {N} by what it comes after."""
        self.lines += [f"step {status}", f"head {method} {path} HTTP/1.1",
                       f"head Host: {self.host}"]
        self.lines += [f"find {text}" for text in find]
        self.lines += [f"take {n[1:]} {after}" for n, after in take.items()]
        return self

    def header(self, name, value):
        self.lines.append(f"head {name}: {value}")
        return self

    def form(self, raw="", **fields):
        """A body of fields, and at its end raw, which may have {N} in it."""
        return self.header("Content-Type", FORM).body(
            "&".join(filter(None, [urlencode(fields), raw])))

    def body(self, text):
        self.lines.append(f"body {text}")
        return self

    def write(self, path):
        path.write_text("\n".join(self.lines) + "\n")
        return path


class NotGood(Exception):
    """An answer was not the one that is wanted."""


def ask(script, connections, seconds, halfway=None):
    """Run load.c -> what it says; halfway() is called half-way."""
    with subprocess.Popen(
            [BUILD / "tests/bench/load", script, str(connections),
             str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True) as child:
        if halfway:
            time.sleep(seconds / 2)
            halfway()
        out, err = child.communicate()
    if child.returncode:
        raise NotGood(f"{script.read_text().splitlines()[0]}: {err or out}")
    return json.loads(out)


def wrk(url, connections, seconds, lua):
    """The same asked by wrk, which looks at no body -> requests a second."""
    said = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}",
         "-s", lua, url], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec: *([\d.]+)", said).group(1))


def run(side, script, connections, seconds):
    """One run against a side -> the figures, CPU in us of a flow."""
    seen = {}

    def look():
        seen["pss"] = memory(side.program_pids())
        seen["sessions"] = side.sessions()

    database, before, all_before = (side.written(), spent(side.roots()),
                                    busy())
    begun = time.monotonic()
    figures = ask(script, connections, seconds, look)
    took = time.monotonic() - begun
    after, all_after, now = spent(side.roots()), busy(), side.written()
    cpu = {group: after[group] - before[group] for group in after}
    cpu["load"] = figures.pop("cpu")
    # Those that ended after the end were work, too.
    flows = max(figures["flows"] + figures["late"], 1)
    return {**figures, **seen,
            "cpu": {g: s / flows * 1e6 for g, s in cpu.items()},
            "cores": {g: s / took for g, s in cpu.items()},
            "others": max(0, min(all_after - all_before
                                 - sum(cpu.values()), took * CORES)) / took,
            "commits": (now[0] - database[0]) / flows,
            "wal": (now[1] - database[1]) / flows}
