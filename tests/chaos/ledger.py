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


class Ledger:
    def __init__(self, since=None):
        self.since = since              # by the database's clock
        self.entries = []
        self.answers = Counter()        # by kind, every single one
        self.kills = []                 # (at, front, program)
        self.outages = []               # (from, to) of the database
        self.doubts = []                # (began, ended, front, program, kind)
        self.strange = []               # answers that nothing explains

    def note(self, what, subject, began, outcome, got=None):
        self.entries.append(Entry(what, subject, began, now(), outcome, got))

    def doubt(self, began, front, program, kind):
        """Nobody knows what came of a request."""
        self.doubts.append((began, now(), front, program, kind))

    def unexplained(self):
        """Only a killed program leaves a request without a word of its own."""
        found = list(self.strange)
        for began, ended, front, program, kind in self.doubts:
            if kind == "503 of ours":
                continue
            if not any(f == front and p == program
                       and began - WAKE < at < ended
                       for at, f, p in self.kills):
                found.append(f"{kind} from {program}, which nobody killed")
        return found

    def unprovoked(self):
        """Our 503s while the database was well: honest, and not nice."""
        return sum(1 for began, ended, _, _, kind in self.doubts
                   if kind == "503 of ours" and not any(
                       begin < ended and began < end
                       for begin, end in self.outages))
