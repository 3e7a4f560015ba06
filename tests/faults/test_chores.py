"""What the programs do beside their requests, and the postern command, when a
statement of theirs fails: nobody else notices, and it is done in the end.

Short: one fault of each.  FAULTS_LONG=1: all.
"""
import json
import random
import subprocess
import time

import pytest
from case import LONG, SEED
from flow import is_good, send
from flows import FLOWS
from logout import Listener, end_session
from postern_stack import remember
from promises import told
from proxy import KINDS, SILENT, Fault
from test_statements import SILENT_SECONDS


def faults(statement):
    every = [Fault(kind, statement, 1, always) for kind in KINDS
             for always in (False, True) if not (always and kind in SILENT)]
    if LONG:
        return every
    return [random.Random(f"{SEED} {statement}").choice(
        [f for f in every if f.kind not in SILENT])]


def restart(w):
    w.restart("token")


def restart_without_keys(w):
    w.stack.sql("DELETE FROM oauth.signing_key")
    w.restart("token")


@pytest.fixture(scope="module")
def listener():
    """A client that wants to hear of sign-outs."""
    made = Listener()
    yield made
    made.close()


def client_at(w, listener):
    return w.client("openid", fresh=True,
                    backchannel_logout_uri=listener.url + "/logout")


def sign_out(w, client):
    w.consents(client)
    browser = w.visitor()
    hint = w.tokens(client, browser, scope="openid profile")["id_token"]
    remember(hint)
    assert end_session(browser, id_token_hint=hint).status_code == 200


def served(w, fault):
    """Others, meanwhile; silence may hold up those who share the lane."""
    if fault.kind not in SILENT:
        for name in "client_credentials", "me", "authorize_page":
            assert is_good(FLOWS[name], send(FLOWS[name].prepare(w))), name


CHORES = {"key_due": restart, "maintain": restart,
          "key_create": restart_without_keys}


@pytest.mark.parametrize("statement", CHORES)
def test_chores(world, statement):
    for fault in faults(statement):
        world.proxy.arm(fault)
        CHORES[statement](world)
        assert world.proxy.has_struck(20), fault
        served(world, fault)
        pids = world.pids("token")
        world.proxy.disarm()
        flow = FLOWS["code_openid"]     # keys are made by whoever needs them
        if fault.kind in SILENT:
            time.sleep(SILENT_SECONDS)
        assert is_good(flow, send(flow.prepare(world))), fault
        assert world.pids("token") == pids, fault


@pytest.mark.parametrize("statement", ["logout_claim", "logout_record"])
def test_the_back_channel(world, listener, statement):
    """Whoever wants to be told is told in the end."""
    for fault in faults(statement):
        client = client_at(world, listener)
        world.proxy.arm(fault)
        sign_out(world, client)
        assert world.proxy.has_struck(20), fault
        served(world, fault)
        world.proxy.disarm()
        if fault.kind in SILENT:
            time.sleep(SILENT_SECONDS)
        for _ in range(100):
            [[done]] = world.stack.sql(
                "SELECT bool_and(delivered_at IS NOT NULL)"
                " FROM oauth.logout_notification WHERE client_id = %s",
                client.client_id)
            if done:
                break
            # Put off by who took it and lost it; somebody else signs out.
            world.stack.sql("UPDATE oauth.logout_notification"
                            " SET next_attempt_at = now()")
            sign_out(world, world.client("openid"))
            time.sleep(0.1)
        assert done, fault


def run_command(w, *args):
    """-> its exit code, what it prints, seconds."""
    began = time.monotonic()
    try:
        printed, code = w.stack.postern(*args), 0
    except subprocess.CalledProcessError as e:
        printed, code = e.stdout + e.stderr, e.returncode
    return code, printed, time.monotonic() - began


@pytest.fixture(scope="module")
def by_secret(world):
    """A client whose secret only the command can give it."""
    [[client_id]] = world.stack.sql(
        "SELECT client_id FROM oauth.register_client(%s)", json.dumps({
            "token_endpoint_auth_method": "client_secret_jwt",
            "grant_types": ["client_credentials"], "response_types": []}))
    return client_id


@pytest.mark.parametrize("statement, args", [
    ("key_list", ["key", "list"]), ("key_create", ["key", "rotate"]),
    ("client_secret_seal", ["client-secret"])], ids=lambda v: str(v))
def test_commands(world, by_secret, statement, args):
    """It says that it failed, in time; and the next time it does not."""
    if args == ["client-secret"]:
        args = args + [by_secret]
    for fault in faults(statement):
        world.proxy.arm(fault)
        code, printed, seconds = run_command(world, *args)
        _, struck = world.proxy.disarm()
        assert struck and seconds < SILENT_SECONDS + 1, (fault, seconds)
        # A refusal that passes is tried again at once.
        assert code == 1 or not fault.always, (fault, printed)
        assert code == 0 or "pcs_" not in printed, fault
        assert not told(printed), fault
        code, printed, _ = run_command(world, *args)
        assert code == 0 and printed, (fault, printed)
        if "pcs_" in printed:
            remember(printed)
