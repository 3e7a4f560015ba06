"""The judge itself: it accuses where it must, and nowhere else; and where
PostgreSQL is told to lose what it has committed, it says so."""
import asyncio
import os
import re
import signal

import pytest

from audit import Audit
from crowd import crowd
from havoc import Havoc
from ledger import (NO, OURS, UNKNOWN, YES, Doubt, Entry, Issued, Ledger,
                    Sent)
from postern_stack import Cluster, Stack, with_keys
from test_kills import check
from town import World
from verdict import Verdict

TAIL = "_" + "A" * 42
CODE, DEVICE, PUSHED = "pac0" + TAIL, "pdc0" + TAIL, "urn:x"
A, B = "pat0" + TAIL, "pat1" + TAIL
R, S, T = "prt0" + TAIL, "prt1" + TAIL, "prt2" + TAIL


def issue(subject, at, outcome, access=None, refresh=None, until=None):
    return Entry("issue", subject, at, until or at + 1, outcome,
                 Issued("me", access, refresh))


def sent(at, outcome=YES, code=CODE, bound=False, request="-"):
    return Entry("authorize", request, at, at + 1, outcome,
                 Sent(code, "cookie", bound, request))


def did(what, subject, at, outcome, until=None):
    return Entry(what, subject, at, until or at + 1, outcome)


CODE_FLOW = [sent(0), issue(CODE, 2, YES, A, R)]
ROTATED = [*CODE_FLOW, issue(R, 4, YES, B, S)]
BOUND = [sent(0, bound=True), issue(CODE, 2, YES, A, R)]
DECIDED = [did("device", DEVICE, 0, YES), did("decide", DEVICE, 2, YES)]

WRONG = {
    "spent twice": [*CODE_FLOW, issue(CODE, 2, YES, B, S)],
    "refused, and nobody had spent it": [sent(0), issue(CODE, 2, NO)],
    "more than one successor": [*ROTATED, issue(R, 6, YES, A, T)],
    "the same access token twice": [*ROTATED, issue(R, 6, YES, B, S)],
    "refused, and it was good": [*CODE_FLOW, issue(R, 4, NO)],
    "a refresh token is good after its end": [
        *CODE_FLOW, did("revoke", R, 4, YES), issue(R, 6, YES, B, S)],
    "a pushed request gave several codes": [
        sent(0, request=PUSHED), sent(2, code="pac1" + TAIL, request=PUSHED)],
    "a pushed request is refused, and nobody had spent it": [
        sent(0, NO, request=PUSHED)],
    "a decision was heard twice": [*DECIDED, did("decide", DEVICE, 4, YES)],
    "nobody waits, and nobody had decided": [
        DECIDED[0], did("decide", DEVICE, 2, NO)],
    "a token is good after it was ended": [
        *CODE_FLOW, did("revoke", A, 4, YES), did("use", A, 6, YES)],
    "a token has risen from the dead": [
        *CODE_FLOW, did("revoke", A, 4, UNKNOWN), did("use", A, 6, NO),
        did("use", A, 8, YES)],
    "a token was told with 200, nobody ended it": [
        *CODE_FLOW, did("use", A, 4, NO)],
    "a session is good after it was ended": [
        did("sign-out", "cookie", 0, YES), did("session", "cookie", 2, YES)],
    "a session was told with 200, nobody ended it": [
        did("session", "cookie", 2, NO)],
}
# The same by other ways.
WRONG_TOO = {
    "a jti": ("spent twice", [issue("jti:1", 0, YES, A),
                              issue("jti:1", 0, YES, B)]),
    "a device code": ("spent twice", [
        *DECIDED, issue(DEVICE, 4, YES, A), issue(DEVICE, 4, YES, B)]),
    "the access token of a revoked grant": (
        "good after it was ended", [
            *CODE_FLOW, did("revoke", R, 4, YES), did("use", A, 6, YES)]),
    "the successor of a revoked token": (
        "good after it was ended", [
            *ROTATED, did("revoke", R, 6, YES), did("use", B, 8, YES)]),
    "what a reused code has bought": (
        "good after it was ended", [
            *CODE_FLOW, issue(CODE, 4, NO), did("use", A, 6, YES)]),
    "what ended with its session": (
        "good after it was ended", [
            *BOUND, did("sign-out", "cookie", 4, YES),
            did("use", A, 6, YES)]),
}

RIGHT = {
    "all of a life": [*ROTATED, did("use", A, 6, YES), did("revoke", S, 8, YES),
                      did("use", B, 10, NO), issue(S, 12, NO)],
    "a retry that comes too late": [
        sent(0), issue(CODE, 2, UNKNOWN), issue(CODE, 4, NO)],
    "a retry that comes first": [
        sent(0), issue(CODE, 2, UNKNOWN), issue(CODE, 4, YES, A, R),
        did("use", A, 6, YES)],
    "which may end what it bought": [
        sent(0), issue(CODE, 2, UNKNOWN), issue(CODE, 4, YES, A, R),
        did("use", A, 6, NO)],
    "two at once, of which one is refused": [
        sent(0), issue(CODE, 2, NO, until=6), issue(CODE, 3, YES, A, R),
        did("use", A, 8, NO)],
    "a code that is too old": [sent(0), issue(CODE, 70, NO)],
    "a retry of a refresh token": [*ROTATED, issue(R, 6, YES, "pat2", S)],
    "which is too late, and ends all": [
        *ROTATED, issue(R, 60, NO), did("use", B, 70, NO)],
    "an unknown revocation": [
        *CODE_FLOW, did("revoke", A, 4, UNKNOWN), did("use", A, 6, YES),
        did("use", A, 8, NO)],
    "a use beside a revocation": [
        *CODE_FLOW, did("revoke", A, 4, YES, until=9),
        did("use", A, 5, NO), did("use", R, 6, YES)],
    "a session that outlives its token": [
        *CODE_FLOW, did("revoke", A, 4, YES), did("session", "cookie", 6, YES),
        did("sign-out", "cookie", 8, YES), did("session", "cookie", 10, NO),
        did("use", R, 12, YES)],
    "an answer that was lost, to a decision": [
        DECIDED[0], did("decide", DEVICE, 2, UNKNOWN),
        did("decide", DEVICE, 4, NO), issue(DEVICE, 6, YES, A)],
    "and to a pushed request": [
        sent(0, UNKNOWN, request=PUSHED), sent(2, NO, request=PUSHED)],
}


def broken(entries):
    ledger = Ledger()
    ledger.entries = list(reversed(entries))    # it finds the order itself
    return Verdict(ledger).broken


@pytest.mark.parametrize("sentence", WRONG)
def test_accuses(sentence):
    [said] = broken(WRONG[sentence])
    assert sentence in said


@pytest.mark.parametrize("case", WRONG_TOO)
def test_accuses_too(case):
    sentence, entries = WRONG_TOO[case]
    assert [s for s in broken(entries) if sentence in s]


@pytest.mark.parametrize("case", RIGHT)
def test_acquits(case):
    assert broken(RIGHT[case]) == []


def test_a_get_that_nginx_repeats():
    """It says 400 for a pushed request that the dead program has spent."""
    ledger = Ledger()
    ledger.entries = [sent(10, NO, request=PUSHED)]
    for kill, count in (((10.5, 1, "token"), 1), ((12, 1, "authorize"), 1),
                        ((10.5, 1, "authorize"), 0)):
        ledger.kills = [kill]
        assert len(Verdict(ledger).broken) == count


def test_doubts():
    """An answer that is none needs a kill of that very program, just then."""
    ledger = Ledger()
    ledger.doubts = [
        Doubt(10, 11, 0, "token", "/oauth/token", "no answer"),
        Doubt(10, 11, 0, "token", "/oauth/token", OURS)]
    ledger.asked["/oauth/token"] = 100
    for kill in (None, (5, 0, "token"), (12, 0, "token"), (10.5, 1, "token"),
                 (10.5, 0, "authorize")):
        ledger.kills = [kill] if kill else []
        assert len(Verdict(ledger).broken) == 1
    ledger.kills = [(10.5, 0, "token")]
    assert Verdict(ledger).broken == []
    assert len(ledger.unprovoked()) == 1
    ledger.asked["/oauth/token"] = 2
    [said] = Verdict(ledger).broken
    assert "could not be served" in said
    ledger.outages = [(9, 10.5)]
    assert ledger.unprovoked() == [] and Verdict(ledger).broken == []


def test_what_is_lost_is_seen(monkeypatch):
    """PostgreSQL says that it has committed, and has not written it down yet:
    whoever believes that is found out."""
    monkeypatch.setenv("PG_EXTRA", "synchronous_commit = off\n"
                                   "wal_buffers = 128MB\n"
                                   "bgwriter_lru_maxpages = 0\n")
    cluster = Cluster()
    stack = Stack(cluster, "lighttpd")
    try:
        world = World([with_keys(stack)], "lost")

        async def trouble(_):
            # What the kernel has been given outlives the kill: who gives it
            # each full page at once is stopped until then.
            [[wal_writer]] = stack.sql(
                "SELECT pid FROM pg_stat_activity"
                " WHERE backend_type = 'walwriter'")
            os.kill(wal_writer, signal.SIGSTOP)
            await asyncio.sleep(1.5)
            await Havoc(world, cluster, "lost").kill_databases(1, 0.1)

        world.new_page()
        asyncio.run(crowd(world, 16, trouble))
        verdict = check(world)
        told = verdict.broken + Audit(stack, verdict, world.clients).broken
        assert [s for s in told if re.search(
            "told with 200, nobody ended it|: 0 rows of a ", s)], told[:5]
    finally:
        cluster.start()
        stack.close()
        cluster.close()
