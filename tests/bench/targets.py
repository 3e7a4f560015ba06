"""targets - what a benchmark must reach, and what was measured.

Read from the figures alone: nothing here is measured, or typed in.
"""
from collections import namedtuple

TOKEN = "token, client credentials"
CHECK = "bearer check, /api/me"

Target = namedtuple("Target", "what least measured met")


class Figures:
    """What tests/bench/run kept."""

    def __init__(self, kept):
        self.kept = kept
        self.all = {(f["name"], f["connections"]): f for part in (
            "scenarios", "peers", "growth") for f in kept.get(part, [])}

    def get(self, name, connections):
        return self.all.get((name, connections))

    def each(self, name):
        """Of this name, at each number of connections."""
        return [f for (n, _), f in self.all.items() if n == name]

    def at(self, *connections):
        """Those of these that were measured; else the most that were."""
        measured = self.kept["connections"]
        return [c for c in connections if c in measured] or [max(measured)]


def cpu(f):
    """CPU us of a flow, the load generator's left out."""
    return sum(us for group, us in f["cpu"].items() if group != "load")


def ratio(figures, what, name, least):
    """At each number of connections that has a target: {connections: least}."""
    found = [(c, figures.get(name, c), want) for c, want in least.items()]
    found = [(c, f["ratio"], want) for c, f, want in found if f]
    if not found and figures.each(name):    # a quick run, at others
        f = figures.each(name)[-1]
        found = [(f["connections"], f["ratio"], max(least.values()))]
    if not found:
        return None
    return Target(
        what, ", ".join(f"{want} at {c}" for c, _, want in found),
        ", ".join(f"{r:.2f} at {c}" for c, r, _ in found),
        all(r >= want for _, r, want in found))


def rs256(figures):
    found = {s["connections"]: s["ratio"]
             for s in figures.kept.get("signing", [])}
    found = [(c, found[c]) for c in figures.at(16, 64) if c in found]
    if not found:
        return None
    return Target("JWT access token, RS256, of what the cores can sign beside "
                  "the rest", "0.8", ", ".join(
                      f"{r:.2f} at {c}" for c, r in found),
                  all(r >= 0.8 for _, r in found))


def peer(figures, name, times=10):
    found = [f for f in figures.kept.get("peers", []) if f["peer"] == name]
    if not found:
        return []
    worst = {}
    for f in sorted(found, key=lambda f: (f["connections"], -f["ratio"])):
        worst[f["connections"]] = f
    memory = min(f["floor"]["pss"] / f["pss"] for f in found)
    return [Target(f"against {name}", f"{times} times at each concurrency",
                   ", ".join(f"{f['ratio']:.0f} at {c}"
                             + beside_probe(figures, f, times)
                             for c, f in worst.items()),
                   all(f["ratio"] >= times for f in worst.values())),
            Target(f"memory, against {name}", "a tenth",
                   f"1/{memory:.0f}", memory >= 10)]


def beside_probe(figures, f, times):
    """What the probe itself is to a peer, where Postern is less than that."""
    what = f["name"].split(": ")[1]
    own = figures.get(f"lighttpd: {what}", f["connections"])
    if f["ratio"] >= times or not own:
        return ""
    return f" (the probe: {own['floor']['rate'] / f['floor']['rate']:.0f})"


def connections_of_a_program(figures):
    most = max((n for f in figures.kept["scenarios"]
                if not f["name"].startswith("plain CGI")
                for n in f["sessions"].values()), default=None)
    if not most:
        return None
    most /= figures.kept.get("processes", 1)
    return Target("PostgreSQL connections of a program", "4 at most",
                  f"{most:g}", most <= 4)


def growth_of(figures, name):
    """Ratio to the probe, of the same time, with the most tokens and with
    the fewest -> (the one by the other, rows, rows), or None."""
    found = [f for f in figures.kept.get("growth", []) if f["what"] == name]
    if len(found) < 2:
        return None
    return (found[-1]["ratio"] / found[0]["ratio"], found[0]["rows"],
            found[-1]["rows"])


def growth(figures):
    for name in TOKEN, CHECK:
        found = growth_of(figures, name)
        if found:
            change, few, many = found
            yield Target(f"{name}: {count(many)} live tokens against "
                         f"{count(few)}", "within 15 %",
                         f"{(change - 1) * 100:+.0f} %", change >= 0.85)


def count(n):
    """10⁷, or 20,000."""
    text = str(n)
    if text.strip("0") == "1":
        return "10" + str(len(text) - 1).translate(
            str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{n:,}"


def dropping(figures):
    d = figures.kept.get("dropping")
    if not d:
        return None
    times = d["dropping"]["p99"] / d["calm"]["p99"]
    return Target(f"p99 of token issue while {count(d['rows'])} expired are "
                  "dropped", "within 2 times", f"{times:.2f} times", times <= 2)


def memory(figures):
    idle = figures.kept["idle"]["programs"]
    most = max(figures.kept["connections"])
    loaded = [f["pss"] for f in figures.kept["scenarios"]
              if f["connections"] == most and "sign-in" not in f["name"]
              and not f["name"].startswith("plain CGI")]
    yield Target("PSS of all programs, idle", "under 16 MiB",
                 f"{idle:.1f} MiB", idle < 16)
    if loaded:
        yield Target(f"PSS of all programs, at {most} connections",
                     "under 32 MiB", f"{max(loaded):.1f} MiB",
                     max(loaded) < 32)


def cgi(figures):
    found = figures.each(f"plain CGI: {TOKEN}")
    if not found:
        return None
    times = {f["connections"]: 1 / f["ratio"] for f in found}
    return Target("plain CGI request, against the bare CGI probe",
                  "under 3 times", ", ".join(
                      f"{t:.2f} at {c}" for c, t in times.items()),
                  max(times.values()) < 3)


def targets(figures):
    """Those of what was measured."""
    both = {c: 0.9 for c in (16, 64)}
    nginx = {c: 1.3 for c in (16, 64)}
    found = [
        ratio(figures, "token, against the probe's token",
              f"lighttpd: {TOKEN}", {16: 1.3, 64: 1.5}),
        ratio(figures, "refresh with rotation, against the probe's token",
              "lighttpd: refresh with rotation", {64: 1.0}),
        ratio(figures, "bearer check, against the probe's",
              f"lighttpd: {CHECK}", both),
        ratio(figures, "introspection, against the probe's bearer check",
              "lighttpd: introspection", both),
        ratio(figures, "bearer check through nginx, kept connections, against "
              "the probe's", f"nginx: {CHECK}", nginx),
        ratio(figures, "introspection through nginx, likewise",
              "nginx: introspection", nginx),
        *(ratio(figures, f"JWT access token, {alg}, against the probe's token",
                f"lighttpd: JWT token, {alg}", {c: 1.5 for c in (16, 64)})
          for alg in ("EdDSA", "ES256")),
        rs256(figures),
        *peer(figures, "Authlib, Flask, gunicorn"),
        connections_of_a_program(figures), *growth(figures),
        dropping(figures), *memory(figures), cgi(figures)]
    return [t for t in found if t]
