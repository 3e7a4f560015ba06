"""ledger - what clients asked for, and what each of them was told.

An Entry is one attempt at one thing: from when to when (the clock of this one
process, so that what ended before something else began is known to have come
before it), and what came of it: YES, NO, or UNKNOWN where there was no answer,
or one that says that nobody knows (503, or the web server's own 5xx).  What may
be concluded from entries is in verdict.py.
"""
import time
from collections import Counter, namedtuple

YES, NO, UNKNOWN = "yes", "no", "unknown"

Entry = namedtuple("Entry", "what subject began ended outcome got",
                   defaults=(None,))
# Of "issue": who has what now, and what is their client.
Issued = namedtuple("Issued", "client access refresh")
# Of "authorize": the code, and what it depends on.
Sent = namedtuple("Sent", "code session bound request_uri")

now = time.monotonic

# A program that is killed has no answer left to give, and nor has nginx for a
# moment longer, for it finds its kept connections closed.
WAKE = 1.0


OURS = "503 of ours"

# Who says "try later" all the time loses nothing, and serves nobody.  A busy
# machine has some hundredths of these.
PATIENCE = 0.2

Doubt = namedtuple("Doubt", "began ended front program path kind")


class Ledger:
    def __init__(self, since=None):
        self.since = since              # by the database's clock
        self.entries = []
        self.answers = Counter()        # by kind, every single one
        self.asked = Counter()          # by path
        self.kills = []                 # (at, front, program)
        self.outages = []               # (from, to) of the database
        self.doubts = []
        self.strange = []               # answers that nothing explains

    def note(self, what, subject, began, outcome, got=None):
        self.entries.append(Entry(what, subject, began, now(), outcome, got))

    def doubt(self, began, front, program, path, kind):
        """Nobody knows what came of a request."""
        self.answers[kind] += 1
        self.doubts.append(Doubt(began, now(), front, program, path, kind))

    def unexplained(self):
        """Only a killed program leaves a request without a word of its own."""
        found = list(self.strange)
        for d in self.doubts:
            if d.kind != OURS and not any(
                    front == d.front and program == d.program
                    and d.began - WAKE < at < d.ended
                    for at, front, program in self.kills):
                found.append(f"{d.kind} from {d.program}, which nobody "
                             f"killed: {d.path}")
        for path, count in Counter(d.path for d in self.unprovoked()).items():
            if count > self.asked[path] * PATIENCE:
                found.append(f"{count} of {self.asked[path]} times {path} "
                             "could not be served, and the database was well")
        return found

    def unprovoked(self):
        """Our 503s while the database was well: honest, and not nice."""
        return [d for d in self.doubts if d.kind == OURS and not any(
            begin < d.ended and d.began < end for begin, end in self.outages)]
