"""Every statement of every flow x what the world can do to it.

Which statements a flow runs is found by running it once; so a new statement is
tried without being told of.  Short: one case of each flow, by FAULTS_SEED.
FAULTS_LONG=1: all of them.  FAULTS_ONLY=flow/statement#n/kind/once repeats one.
"""
import random
import time
from collections import Counter

import pytest
from case import ENOUGH, LONG, ONLY, SEED, repeat
from flow import is_good, send
from flows import FLOWS
from postern_stack import ROOT
from promises import broken, said, told, unfit, violated
from proxy import KINDS, LOST, SILENT, STATES, Fault

# The programs' chores run beside everything; test_chores.py has these.
CHORES = {"logout_claim", "logout_record", "key_due", "key_create", "maintain"}

# What no request runs, but bin/postern.c: likewise.
COMMANDS = {"key_list", "client_secret_seal"}

# A failure of these does not concern the person or the client who asks: what
# they wanted is done, and only what nobody waits for is not.
FORGIVEN = {}

# What is spent, and never again good.
ONCE = {"code_redeem", "code_redeem_at_once", "device_redeem", "jti_use", "code_issue"}

# Milliseconds are CONNECTION_ANSWER_MS, and time for a busy machine.
SILENT_SECONDS, SECONDS = 5 + 1.5, 4

reached = {}


def discover(w, flow):
    """-> [(statement, n)]; a poll is one, however often it looks."""
    request = flow.prepare(w)
    w.proxy.arm(None)
    r = send(request)
    seen, _ = w.proxy.disarm()
    assert is_good(flow, r), f"{flow.name}, undisturbed: {said(r)}"
    assert not list(broken(w, flow, request, r))
    count, found = Counter(), []
    for ran in seen:
        if ran.statement in CHORES:
            continue
        count[ran.statement] += 1
        if count[ran.statement] <= 2:
            found.append((ran.statement, count[ran.statement]))
    assert found, flow.name
    return found


def cases(flow, found):
    """Those to try now."""
    every = [Fault(kind, statement, n, always)
             for statement, n in found for kind in KINDS
             for always in (False, True) if not (always and kind in SILENT)]
    if ONLY:
        return [f for f in every if f"{flow.name}/{f}" == ONLY]
    if LONG:
        return every
    dice = random.Random(f"{SEED} {flow.name}")
    quick = [f for f in every if f.kind not in SILENT]
    slow = [f for f in every if f.kind in SILENT]
    return [dice.choice(quick)] + [dice.choice(slow)] * (dice.random() < 0.04)


def disturb(w, flow, request, fault):
    """-> the answer, what was done, seconds."""
    w.proxy.arm(fault)
    began = time.monotonic()
    try:
        r = send(request)
    finally:
        seconds = time.monotonic() - began
        seen, struck = w.proxy.disarm()
    assert struck, "the statement was not run"
    return r, {ran.statement for ran in seen if ran.done}, seconds


def check_answer(w, flow, request, fault, r, seconds):
    bound = SILENT_SECONDS if fault.kind in SILENT else SECONDS
    assert seconds < bound, f"it took {seconds:.1f} s"
    if is_good(flow, r):
        wrong = list(broken(w, flow, request, r))
        assert not wrong, wrong
        refused = fault.kind in STATES and fault.always
        assert not refused or fault.statement in FORGIVEN, \
            "it is answered as if the statement had not failed"
    else:
        assert not unfit(r), unfit(r)
        assert not told(r.text), f"it tells {told(r.text)}"


def check_retry(w, flow, request, done):
    """The same again: it succeeds, or what was done before explains why not."""
    spent = {s: refusal for s, refusal in flow.spends.items() if s in done}
    r = send(request)
    if is_good(flow, r):
        assert not set(spent) & ONCE, f"{list(spent)} does twice"
        assert not list(broken(w, flow, request, r))
        return
    where = r.headers.get("Location", "") + r.text
    assert any(r.status_code == status and word in where
               for status, word in spent.values()), \
        f"sent again: {said(r)}; done before: {done}"
    again = flow.prepare(w)
    r = send(again)
    assert is_good(flow, r), f"begun anew: {said(r)}"


def run_case(w, flow, fault):
    request = flow.prepare(w)
    r, done, seconds = disturb(w, flow, request, fault)
    check_answer(w, flow, request, fault, r, seconds)
    if is_good(flow, r):
        assert is_good(flow, send(flow.prepare(w))), "the next request"
    else:
        check_retry(w, flow, request, done)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=list(FLOWS))
def test_statements(world, flow):
    found = discover(world, flow)
    reached[flow.name] = {statement for statement, _ in found}
    pids = {p: world.pids(p) for p in ("authorize", "token", "resource")}
    failures = []
    for fault in cases(flow, found):
        try:
            run_case(world, flow, fault)
        except Exception as e:  # all of them, and how to have each again
            failures.append(f"{fault}: {e}\n  {repeat(flow.name, fault)}")
            print(failures[-1], flush=True)
            if len(failures) >= ENOUGH:
                break
    assert not failures, "\n".join([flow.name, *failures])
    assert not violated(world.stack), violated(world.stack)
    assert pids == {p: world.pids(p) for p in pids}, "a program ended"


def test_every_statement_is_reached():
    """Of those that are in sql/queries, by some flow."""
    files = {p.stem for p in (ROOT / "sql" / "queries").glob("*.sql")}
    left = files - CHORES - COMMANDS - set().union(*reached.values())
    if set(reached) != set(FLOWS):
        pytest.skip("the flows are divided among several runs")
    assert not left, f"no flow runs {sorted(left)}"


def test_nothing_secret_is_logged(world):
    assert not told(world.stack.log_text())
