"""OpenID Connect Back-Channel Logout 1.0: clients that do not answer as they
should, and the person does not wait for it (attack 100)."""
import os
import re
import signal
import time

import pytest

from backchannel import logout_token, register_at, sign_in_and_out, verified
from logout import (Listener, claims, end_session, is_signed_in, make_due,
                    notifications, poke, register, reply, sign_in, wait_for)
from postern_stack import Browser, free_port


@pytest.fixture
def rp():
    """What a client listens on."""
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


# -- clients that do not answer as they should

def test_the_person_does_not_wait(stack, user, browser, rp):
    rp.answer = lambda handler, hit: (time.sleep(3), reply(handler, 200))
    client = register_at(stack, rp)
    _, waited = sign_in_and_out(stack, client, user, browser)
    assert waited < 1
    rp.wait()
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")


def test_too_slow(stack, user, browser, rp):
    """Five seconds, and it is tried again later."""
    rp.answer = lambda handler, hit: time.sleep(8)
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    [(state, attempts, error, *_)] = notifications(stack, client)
    assert (state, attempts) == ("to be tried again", 1)
    assert re.search("[Tt]imed out|[Tt]imeout", error)


def test_a_slow_one_does_not_hold_up_the_others(stack, user, browser, rp):
    """Of a batch, all are told at once."""
    slow = Listener()
    slow.answer = lambda handler, hit: time.sleep(8)
    clients = [register_at(stack, at) for at in [slow] * 3 + [rp] * 3]
    try:
        for c in clients:
            token = sign_in(stack, c, user, browser)["id_token"]
        began = time.monotonic()
        end_session(browser, id_token_hint=token)
        assert max(h.at for h in rp.wait(3)) - began < 2
    finally:
        slow.close()


def test_nobody_listens(stack, user, browser):
    client = register(stack, backchannel_logout_uri=(
        f"http://127.0.0.1:{free_port()}/logout"))
    _, waited = sign_in_and_out(stack, client, user, browser)
    assert waited < 1
    wait_for(lambda: notifications(stack, client)[0][2])
    [(state, _, error, *_)] = notifications(stack, client)
    assert state == "to be tried again" and "onnect" in error


@pytest.mark.parametrize("status", [500, 400, 503, 404, 201, 202])
def test_again_until_it_is_well(stack, user, browser, rp, status):
    """Each time with a token of its own."""
    rp.answer = lambda handler, hit: reply(
        handler, status if len(rp.hits) == 1 else 204)
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    assert notifications(stack, client)[0][:3] == (
        "to be tried again", 1, f"HTTP status {status}")
    [[seconds]] = stack.sql(
        "SELECT extract(epoch FROM at - now())"
        " FROM oauth.logout_notification_state WHERE client_id = %s",
        client.client_id)
    assert 15 < seconds <= 30
    make_due(stack, client)
    first, second = rp.wait(2, seconds=15)
    assert claims(logout_token(first))["jti"] \
        != claims(logout_token(second))["jti"]
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")
    assert notifications(stack, client)[0][1:3] == (2, None)


def test_a_redirect(stack, user, browser, rp):
    """It is not followed."""
    rp.answer = lambda handler, hit: reply(
        handler, 302, Location=rp.url + "/elsewhere")
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    assert notifications(stack, client)[0][2] == "HTTP status 302"
    assert [h.path for h in rp.hits] == ["/logout?a=1"]


def test_a_huge_answer(stack, user, browser, rp):
    """What it says beside 200 is of no interest."""
    sent = []

    def answer(handler, hit):
        handler.send_response(200)
        handler.send_header("Content-Length", str(1 << 30))
        handler.end_headers()
        for _ in range(1 << 14):
            sent.append(handler.wfile.write(b"x" * 65536))

    rp.answer = answer
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")
    assert sum(sent) < 20 << 20


@pytest.mark.parametrize("raw", [
    b"", b"\0" * 100, b"HTTP/1.1 200 OK\r\n", b"ICY 200 OK\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_no_http(stack, user, browser, rp, raw):
    rp.answer = lambda handler, hit: handler.wfile.write(raw)
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    assert notifications(stack, client)[0][0] == "to be tried again"


def test_given_up(stack, user, browser, rp):
    """After ten attempts, which take about a day."""
    rp.answer = lambda handler, hit: reply(handler, 500)
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    gaps = []
    for n in range(1, 11):
        wait_for(lambda n=n: (notifications(stack, client)[0][1:3]
                              == (n, "HTTP status 500")))
        [[due]] = stack.sql(
            "SELECT extract(epoch FROM next_attempt_at - now())::float8"
            " FROM oauth.logout_notification WHERE client_id = %s",
            client.client_id)
        gaps.append(due)
        if n < 10:
            stack.sql("UPDATE oauth.logout_notification SET last_error = NULL,"
                      " next_attempt_at = now() WHERE client_id = %s",
                      client.client_id)
            poke(stack)
    wait_for(lambda: notifications(stack, client)[0][0] == "given up")
    for before, after in zip(gaps, gaps[1:]):
        assert 1.5 * before < after < 4 * before
    assert 20 * 3600 < sum(gaps[:9]) < 24 * 3600
    make_due(stack, client)
    time.sleep(0.5)
    assert len([h for h in rp.hits if h.path == "/logout?a=1"]) == 10
    assert any("gave up" in line and client.client_id in line
               for line in stack.log_lines())


def test_the_uri_is_gone_meanwhile(stack, user, browser, rp):
    rp.answer = lambda handler, hit: reply(handler, 500)
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    stack.sql("UPDATE oauth.client SET backchannel_logout_uri = NULL"
              " WHERE client_id = %s", client.client_id)
    make_due(stack, client)
    wait_for(lambda: notifications(stack, client)[0][0] == "given up")
    assert "no backchannel_logout_uri" in notifications(stack, client)[0][2]
    assert len(rp.hits) == 1


def test_the_uri_is_mended(stack, user, browser, rp):
    """What is registered now counts."""
    client = register(stack, backchannel_logout_uri=(
        f"http://127.0.0.1:{free_port()}/"))
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    stack.sql("UPDATE oauth.client SET backchannel_logout_uri = %s"
              " WHERE client_id = %s", rp.url + "/mended", client.client_id)
    make_due(stack, client)
    assert rp.wait(seconds=15)[0].path == "/mended"


def test_old_ones_are_forgotten(stack, user, browser, rp):
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, user, browser)
    rp.wait()
    stack.sql("UPDATE oauth.logout_notification SET created_at = now()"
              " - interval '6 days' WHERE client_id = %s", client.client_id)
    stack.sql("SELECT oauth.maintain()")
    assert notifications(stack, client)
    stack.sql("UPDATE oauth.logout_notification SET created_at = now()"
              " - interval '8 days' WHERE client_id = %s", client.client_id)
    stack.sql("SELECT oauth.maintain()")
    assert not notifications(stack, client)


# -- what it may reach

@pytest.fixture
def networks(stack):
    """networks(...): what outgoing requests may reach, for this test."""
    [[before]] = stack.sql("SELECT outgoing_networks::text FROM oauth.setting")

    def set_to(value):
        stack.sql("UPDATE oauth.setting SET outgoing_networks = %s::cidr[]",
                  value)

    yield set_to
    set_to(before)


def test_a_private_address(stack, user, browser, rp, networks):
    client = register_at(stack, rp)
    networks("{}")
    _, waited = sign_in_and_out(stack, client, user, browser)
    assert waited < 1
    wait_for(lambda: notifications(stack, client)[0][2])
    assert "127.0.0.1 is not allowed" in notifications(stack, client)[0][2]
    assert not rp.hits
    # The operator may mend it.
    networks("{127.0.0.0/8}")
    make_due(stack, client)
    rp.wait(seconds=15)


def test_a_name_for_a_private_address(stack, user, browser, rp, networks):
    networks("{10.0.0.0/8}")
    client = register(stack, backchannel_logout_uri=(
        f"http://localhost:{rp.server_port}/"))
    sign_in_and_out(stack, client, user, browser)
    wait_for(lambda: notifications(stack, client)[0][2])
    assert "not allowed" in notifications(stack, client)[0][2]
    assert not rp.hits


# -- many at once, and other ways to run it

def test_each_once(make_stack, rp):
    """Four processes are poked, and look by themselves, at the same rows."""
    stack = make_stack(PROCESSES="4")
    clients = [register_at(stack, rp, f"/{i}") for i in range(10)]
    browsers = [(Browser(stack), stack.create_user()) for _ in range(5)]
    hints = []
    for b, u in browsers:
        for c in clients:
            hints.append((b, sign_in(stack, c, u, b)["id_token"]))
    for b, hint in hints[::len(clients)]:
        end_session(b, id_token_hint=hint)
    hits = rp.wait(50, seconds=20)
    time.sleep(1)
    assert len(hits) == 50
    seen = {(h.path, claims(logout_token(h))["sub"]) for h in hits}
    assert len(seen) == 50
    wait_for(lambda: stack.sql(
        "SELECT count(*) FROM oauth.logout_notification_state"
        " WHERE state = 'delivered' AND attempts = 1") == [(50,)])


def test_a_process_that_ends_meanwhile(make_stack, rp):
    """What it had taken is due again, and nothing is lost."""
    stack = make_stack(PROCESSES="1")
    user = stack.create_user()
    client = register_at(stack, rp)
    rp.answer = lambda handler, hit: (
        time.sleep(30) if len(rp.hits) == 1 else reply(handler, 200))
    sign_in_and_out(stack, client, user, Browser(stack))
    rp.wait()
    kill_authorize(stack)
    assert notifications(stack, client)[0][:2] == ("to be tried again", 1)
    make_due(stack, client)
    rp.wait(2, seconds=20)
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")


def kill_authorize(stack):
    """Its program of that name, and no other stack's."""
    wanted = stack.state + "/bin/authorize"
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                command = f.read()
        except OSError:
            continue
        if command.split(b"\0")[0] == wanted.encode():
            os.kill(int(pid), signal.SIGKILL)


def test_a_stop_while_it_delivers(make_stack, rp):
    """SIGTERM does not wait for a client that is slow."""
    stack = make_stack(PROCESSES="1")
    client = register_at(stack, rp)
    rp.answer = lambda handler, hit: time.sleep(8)
    sign_in_and_out(stack, client, stack.create_user(), Browser(stack))
    rp.wait()
    began = time.monotonic()
    stack.stop()
    assert time.monotonic() - began < 8
    rp.answer = lambda handler, hit: reply(handler, 200)
    stack.start()
    make_due(stack, client)
    rp.wait(2, seconds=15)


def test_plain_cgi(stack_of, rp):
    """The program answers first, and then delivers by itself."""
    stack = stack_of("apache-cgi")
    rp.answer = lambda handler, hit: (time.sleep(3), reply(handler, 200))
    client = register_at(stack, rp)
    browser = Browser(stack)
    _, waited = sign_in_and_out(stack, client, stack.create_user(), browser)
    assert waited < 1
    began = time.monotonic()
    assert not is_signed_in(browser, client)    # on the same connection
    assert time.monotonic() - began < 2
    got = verified(stack, logout_token(rp.wait()[0]))
    assert got["aud"] == client.client_id
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")


@pytest.mark.parametrize("server", ["lighttpd", "nginx", "apache"])
def test_each_web_server(stack_of, rp, server):
    stack = stack_of(server)
    client = register_at(stack, rp)
    sign_in_and_out(stack, client, stack.create_user(), Browser(stack))
    rp.wait(seconds=4)
