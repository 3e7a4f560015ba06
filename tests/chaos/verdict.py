"""verdict - what a ledger proves, and what the database must hold then.

Every rule is about what somebody was *told*.  An unknown outcome may have been
either, so it can excuse and never accuse; what was told can do both.
"""
import base64
import hashlib
from collections import Counter, defaultdict

from ledger import NO, UNKNOWN, WAKE, YES

CODE_SECONDS = 60       # how long a code is good, as the settings have it
RETRY_SECONDS = 30      # how long a spent refresh token gives its successor
SLACK = 5


def digest(credential):
    """As the database has it: SHA-256 of the 32 bytes, in hexadecimal."""
    text = credential[-43:] + "="
    return hashlib.sha256(base64.urlsafe_b64decode(text)).hexdigest()


class Life:
    """When something may have died, and when it has for certain."""

    def __init__(self):
        self.ends = []      # (began, ended, is it certain?)
        self.seen_dead = None

    def end(self, entry, certain=None):
        if certain is None:
            certain = entry.outcome == YES
        self.ends.append((entry.began, entry.ended, certain))

    def dead_before(self, moment):
        return any(certain and ended < moment
                   for _, ended, certain in self.ends)

    def maybe_dead_before(self, moment):
        return any(began < moment for began, _, _ in self.ends)


class Verdict:
    """One pass over a ledger -> .broken, a list of sentences."""

    def __init__(self, ledger):
        self.since, self.kills = ledger.since, ledger.kills
        self.broken = list(ledger.unexplained())
        self.entries = defaultdict(list)
        for e in sorted(ledger.entries, key=lambda e: e.began):
            self.entries[e.what].append(e)
        self.tokens, self.grants = {}, {}       # credential -> Life
        self.grant_of = {}                      # token -> code or device code
        self.session_of = {}                    # code -> session
        self.sessions = defaultdict(Life)
        self.born = {}                          # credential -> when it was told
        self.issues = defaultdict(list)         # credential -> attempts
        self.sort_out()
        self.judge()

    def accuse(self, sentence, *entries):
        self.broken.append("; ".join([sentence, *map(str, entries)]))

    # -- who has what from whom

    def sort_out(self):
        for e in self.entries["authorize"]:
            if e.outcome == YES:
                self.born[e.got.code] = e.ended
                if e.got.bound:
                    self.session_of[e.got.code] = e.got.session
        for e in self.entries["device"]:
            if e.outcome == YES:
                self.born[e.subject] = e.ended
        for e in self.entries["issue"]:
            self.issues[e.subject].append(e)
        for e in self.entries["issue"]:
            if e.outcome == YES:
                self.take(e)
        for e in self.entries["sign-out"]:
            if e.outcome != NO:
                self.sessions[e.subject].end(e)
        for e in self.entries["revoke"]:
            if e.outcome != NO:
                self.end_of(e.subject).end(e)

    def take(self, e):
        """A token that somebody was given; entries come in order of asking, so
        that what it was bought with is known."""
        kind = e.subject[:3]
        if kind in ("pac", "pdc"):
            grant = e.subject
        elif kind == "prt":
            grant = self.grant_of.get(e.subject)
        else:
            grant = None
        for token in (e.got.access, e.got.refresh):
            if token:
                self.born.setdefault(token, e.ended)
                self.tokens.setdefault(token, Life())
                self.grant_of[token] = grant
        if grant:
            self.grants.setdefault(grant, Life())

    def end_of(self, token):
        """What ends when this token is revoked (RFC 7009 section 2.1)."""
        grant = self.grant_of.get(token)
        if token.startswith("prt") and grant:
            return self.grants[grant]
        return self.tokens.setdefault(token, Life())

    def lives_of(self, token):
        """All that must live for the token to be good."""
        lives = [self.tokens[token]]
        grant = self.grant_of.get(token)
        if grant:
            lives.append(self.grants[grant])
            if grant in self.session_of:
                lives.append(self.sessions[self.session_of[grant]])
        return lives

    # -- the rules

    def judge(self):
        for subject, attempts in self.issues.items():
            kind = subject[:3]
            if kind == "prt":
                self.judge_refresh(subject, attempts)
            else:
                self.judge_once(subject, attempts)
        self.judge_requests()
        self.judge_decisions()
        self.judge_uses()
        self.judge_sessions()

    def judge_once(self, subject, attempts):
        """A code, a device code, a jti: one 200, and a refusal only where
        somebody may have been first."""
        won = [e for e in attempts if e.outcome == YES]
        if len(won) > 1:
            self.accuse("spent twice", *won)
        for e in attempts:
            if e.outcome == NO and not self.is_excused(e, attempts):
                self.accuse("refused, and nobody had spent it", e)
            if won and e is not won[0] and subject.startswith("pac"):
                # RFC 6749 section 4.1.2: what it bought is revoked.
                self.grants[subject].end(e, e.outcome == NO)

    def is_excused(self, refused, attempts):
        if refused.subject.startswith("pac") and refused.ended \
                - self.born[refused.subject] > CODE_SECONDS - SLACK:
            return True
        return any(e is not refused and e.outcome != NO
                   and e.began < refused.ended for e in attempts)

    def judge_refresh(self, subject, attempts):
        won = [e for e in attempts if e.outcome == YES]
        if len({e.got.refresh for e in won}) > 1:
            self.accuse("more than one successor", *won)
        if len({e.got.access for e in won}) < len(won):
            self.accuse("the same access token twice", *won)
        first = min((e.began for e in attempts if e.outcome != NO),
                    default=None)
        for e in attempts:
            late = first is not None \
                and e.ended - first > RETRY_SECONDS - SLACK
            if e.outcome == YES and any(
                    life.dead_before(e.began)
                    for life in self.lives_of(subject)):
                self.accuse("a refresh token is good after its end", e)
            if e.outcome != NO:
                continue
            if late and subject in self.grant_of:
                self.grants[self.grant_of[subject]].end(e, False)
            elif not any(life.maybe_dead_before(e.ended)
                         for life in self.lives_of(subject)):
                self.accuse("refused, and it was good", e)

    def judge_requests(self):
        """A pushed request gives one code."""
        codes, attempts = defaultdict(set), defaultdict(list)
        for e in self.entries["authorize"]:
            if e.subject.startswith("urn:"):
                attempts[e.subject].append(e)
                if e.outcome == YES:
                    codes[e.subject].add(e.got.code)
        for subject, found in codes.items():
            if len(found) > 1:
                self.accuse("a pushed request gave several codes", subject)
        for subject, tries in attempts.items():
            for e in tries:
                if e.outcome == NO and not self.is_excused(e, tries) \
                        and not self.may_be_repeated(e):
                    self.accuse("a pushed request is refused, and nobody "
                                "had spent it", e)

    def may_be_repeated(self, e):
        """Where a program dies with a GET in its hands nginx asks another one
        by itself: the first may have spent the request."""
        return any(program == "authorize" and e.began - WAKE < at < e.ended
                   for at, _, program in self.kills)

    def judge_decisions(self):
        attempts = defaultdict(list)
        for e in self.entries["decide"]:
            attempts[e.subject].append(e)
        for tries in attempts.values():
            heard = [e for e in tries if e.outcome == YES]
            if len(heard) > 1:
                self.accuse("a decision was heard twice", *heard)
            for e in tries:
                if e.outcome == NO and not self.is_excused(e, tries):
                    self.accuse("nobody waits, and nobody had decided", e)

    def judge_alive(self, e, lives, what):
        """Somebody looked whether it lives."""
        if e.outcome == YES:
            if any(life.dead_before(e.began) for life in lives):
                self.accuse(f"{what} is good after it was ended", e)
            if any(life.seen_dead and life.seen_dead < e.began
                   for life in lives):
                self.accuse(f"{what} has risen from the dead", e)
        elif e.outcome == NO:
            if not any(life.maybe_dead_before(e.ended) for life in lives):
                self.accuse(f"{what} was told with 200, nobody ended it, "
                            "and it is not good", e)
            lives[0].seen_dead = min(lives[0].seen_dead or e.ended, e.ended)

    def judge_uses(self):
        for e in self.entries["use"]:
            self.judge_alive(e, self.lives_of(e.subject), "a token")

    def judge_sessions(self):
        for e in self.entries["session"]:
            self.judge_alive(e, [self.sessions[e.subject]], "a session")

    # -- what the rest of the world has to know

    def fate(self, token):
        """Asked now: YES, NO, or UNKNOWN where it may be either."""
        lives = self.lives_of(token)
        if any(certain for life in lives for _, _, certain in life.ends):
            return NO
        return UNKNOWN if any(life.ends for life in lives) else YES

    def client_of(self, token):
        grant = self.grant_of.get(token)
        won = [e for e in self.issues.get(grant, ()) if e.outcome == YES]
        return won[0].got.client if won else None

    def to_ask(self):
        """-> access tokens, and refresh tokens that nobody has spent."""
        access = [t for t in self.tokens if not t.startswith("prt")]
        return access, [t for t in self.tokens if t.startswith("prt")
                        and t not in self.issues]

    def spent(self, subject):
        """Has it been: YES, NO, or UNKNOWN."""
        outcomes = Counter(e.outcome for e in self.issues.get(subject, ()))
        if outcomes[YES]:
            return YES
        return UNKNOWN if outcomes[UNKNOWN] else NO
