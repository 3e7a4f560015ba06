"""OpenID Connect Back-Channel Logout 1.0: clients are told, once each, and the
person does not wait for it (attack 100)."""
import json
import os
import re
import signal
import time
from urllib.parse import parse_qs

import pytest
import requests
from jwcrypto import jwk, jws
from logout import (AFTER, EVENT, Listener, claims, end_session, header,
                    is_signed_in, make_due, notifications, poke, register,
                    reply, sign_in, wait_for)
from postern_stack import Browser, free_port, get_code


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


def register_at(stack, rp, path="/logout?a=1", **metadata):
    return register(stack, backchannel_logout_uri=rp.url + path,
                    **metadata)


def sign_in_and_out(stack, client, user, browser, **kw):
    """-> the ID token, and how many seconds the person waited."""
    token = sign_in(stack, client, user, browser, **kw)["id_token"]
    began = time.monotonic()
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    return token, time.monotonic() - began


def logout_token(hit):
    """The one parameter that there is."""
    body = parse_qs(hit.body, keep_blank_values=True, strict_parsing=True)
    assert list(body) == ["logout_token"] and len(body["logout_token"]) == 1
    return body["logout_token"][0]


def verified(stack, token):
    """The claims, once the signature is known to be by a published key."""
    keys = requests.get(stack.url + "/oauth/jwks", timeout=30).json()["keys"]
    head = header(token)
    [key] = [k for k in keys if k["kid"] == head["kid"]]
    signed = jws.JWS()
    signed.deserialize(token, jwk.JWK(**key))
    return json.loads(signed.payload)


@pytest.mark.parametrize("response_type", [
    "code id_token", "id_token", "code id_token token"])
def test_who_has_an_id_token_is_told(stack, browser, rp, response_type):
    """Also one that never redeems the code: it knows of the session."""
    has_code = "code" in response_type
    client = register_at(
        stack, rp, scope="openid", response_types=[response_type],
        grant_types=["implicit"] + ["authorization_code"] * has_code)
    without = {} if has_code else {
        "code_challenge": None, "code_challenge_method": None}
    _, _, got = get_code(stack, client, stack.create_user(), browser,
                         response_type=response_type, scope="openid",
                         nonce="n", **without)
    end_session(browser, id_token_hint=got["id_token"],
                post_logout_redirect_uri=AFTER)
    [hit] = rp.wait()
    assert claims(logout_token(hit))["sid"] == claims(got["id_token"])["sid"]


# -- certification: oidcc-backchannel-rp-initiated-logout-certification-test-plan

def test_oidcc_backchannel_logout_discovery_endpoint_verification(stack):
    got = requests.get(stack.url + "/.well-known/openid-configuration",
                       timeout=30).json()
    assert got["backchannel_logout_supported"] is True
    assert got["backchannel_logout_session_supported"] is True
    assert got["end_session_endpoint"]


def test_oidcc_backchannel_rp_initiated_logout(stack, user, browser, rp):
    client = register_at(stack, rp, backchannel_logout_session_required=True)
    id_token, waited = sign_in_and_out(stack, client, user, browser,
                                       nonce="n-1")
    assert waited < 1
    [hit] = rp.wait()
    assert (hit.method, hit.path) == ("POST", "/logout?a=1")
    assert hit.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not {"Cookie", "Authorization"} & set(hit.headers)
    token = logout_token(hit)
    assert header(token)["typ"] == "logout+jwt"
    assert header(token)["alg"] == "RS256"
    got, who = verified(stack, token), claims(id_token)
    assert set(got) == {"iss", "sub", "aud", "iat", "exp", "jti", "events",
                        "sid"}
    assert got["iss"] == stack.url
    assert got["aud"] == client.client_id
    assert (got["sub"], got["sid"]) == (who["sub"], who["sid"])
    assert abs(got["iat"] - time.time()) < 30
    assert got["exp"] - got["iat"] == 120
    assert got["events"] == {EVENT: {}}
    assert len(got["jti"]) >= 16
    assert not is_signed_in(browser, client)
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")
    assert len(rp.hits) == 1


# -- to whom, and what

@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_the_algorithm_of_its_id_tokens(stack, user, browser, rp, alg):
    client = register_at(stack, rp, id_token_signed_response_alg=alg)
    sign_in_and_out(stack, client, user, browser)
    token = logout_token(rp.wait()[0])
    assert header(token)["alg"] == alg
    verified(stack, token)


def test_each_client_of_the_session(stack, browser, rp):
    """And each by the name by which it knows the person."""
    user, another = stack.create_user(), stack.create_user()
    public = register_at(stack, rp, "/public")
    pairwise = register_at(stack, rp, "/pairwise", subject_type="pairwise")
    offline = register_at(stack, rp, "/offline")
    silent = register(stack)
    plain = register_at(stack, rp, "/plain")
    elsewhere = register_at(stack, rp, "/elsewhere")
    never = register_at(stack, rp, "/never")
    other = register_at(stack, rp, "/other")
    sign_in(stack, public, user, browser)
    twice = sign_in(stack, public, user, browser)
    token = sign_in(stack, pairwise, user, browser)["id_token"]
    sign_in(stack, offline, user, browser, scope="openid offline_access")
    sign_in(stack, silent, user, browser)
    # No openid: it has no session that it could end.
    sign_in(stack, plain, user, browser, scope="profile")
    sign_in(stack, elsewhere, user, Browser(stack))
    sign_in(stack, other, another, Browser(stack))
    end_session(browser, id_token_hint=twice["id_token"])
    hits = {h.path: verified(stack, logout_token(h)) for h in rp.wait(3)}
    time.sleep(0.3)
    assert len(rp.hits) == 3
    assert set(hits) == {"/public", "/pairwise", "/offline"}
    assert hits["/public"]["sub"] == hits["/offline"]["sub"] == user.sub
    assert hits["/pairwise"]["sub"] == claims(token)["sub"] != user.sub
    assert len({h["sid"] for h in hits.values()}) == 1
    assert len({h["jti"] for h in hits.values()}) == 3
    assert never.client_id not in str(rp.hits)


def test_long_after_its_tokens_are_forgotten(stack, user, browser, rp):
    """The client's own session does not end with them."""
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    stack.sql("UPDATE oauth.authorization_grant SET expires_at = now()"
              " - interval '3 days' WHERE client_id = %s", client.client_id)
    stack.sql("SELECT oauth.maintain()")
    assert not stack.sql("SELECT FROM oauth.authorization_grant"
                         " WHERE client_id = %s", client.client_id)
    end_session(browser, id_token_hint=token)
    rp.wait()


def test_a_disabled_client(stack, user, browser, rp):
    client = register_at(stack, rp)
    other = register_at(stack, rp, "/other")
    sign_in(stack, other, user, browser)
    token = sign_in(stack, client, user, browser)["id_token"]
    stack.sql("SELECT oauth.disable_client(%s)", other.client_id)
    end_session(browser, id_token_hint=token)
    assert [h.path for h in rp.wait()] == ["/logout?a=1"]
    assert not notifications(stack, other)


def test_by_an_implicit_grant(stack, user, browser, rp):
    client = register_at(
        stack, rp, grant_types=["implicit", "authorization_code"],
        response_types=["id_token", "token id_token", "code"])
    sign_in(stack, client, user, browser)     # it has the person's consent
    browser = Browser(stack)
    r = browser.authorize(client_id=client.client_id, nonce="n",
                          response_type="token id_token", scope="openid")
    r = browser.sign_in(r, user.username, user.password)
    got = parse_qs(r.headers["Location"].partition("#")[2])
    end_session(browser, id_token_hint=got["id_token"][0])
    assert claims(logout_token(rp.wait()[0]))["sid"] \
        == claims(got["id_token"][0])["sid"]


# -- however a session ends

@pytest.mark.parametrize("statement", [
    "SELECT oauth.disable_user(%s)", "SELECT oauth.delete_user(%s)",
    "SELECT oauth.sign_out_everywhere(%s)",
    "SELECT oauth.set_password(%s, NULL)"])
def test_by_the_operator(stack, rp, statement):
    """Nobody pokes: the program looks every ten seconds."""
    user = stack.create_user()
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, Browser(stack))["id_token"]
    stack.sql(statement, user.username)
    got = claims(logout_token(rp.wait(seconds=15)[0]))
    assert (got["sub"], got["sid"]) == (user.sub, claims(token)["sid"])


def test_by_somebody_else_who_signs_in(stack, user, browser, rp):
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    another = stack.create_user()
    r = browser.authorize(
        client_id=client.client_id, response_type="code", prompt="login",
        scope="openid", code_challenge="A" * 43,
        code_challenge_method="S256")
    browser.sign_in(r, another.username, another.password)
    got = claims(logout_token(rp.wait()[0]))
    assert (got["sub"], got["sid"]) == (user.sub, claims(token)["sid"])


def test_by_switching(stack, user, browser, rp):
    """"That is not me" at the consent page."""
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    r = browser.authorize(
        client_id=client.client_id, response_type="code", prompt="consent",
        scope="openid", code_challenge="A" * 43,
        code_challenge_method="S256")
    browser.consent(r, "switch")
    assert claims(logout_token(rp.wait()[0]))["sid"] == claims(token)["sid"]


def test_not_by_the_same_person_who_signs_in_again(stack, user, browser, rp):
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    again = sign_in(stack, client, user, browser, prompt="login")["id_token"]
    assert claims(again)["sid"] == claims(token)["sid"]
    time.sleep(0.5)
    assert not rp.hits and not notifications(stack, client)
    # And then once, for both.
    end_session(browser, id_token_hint=token)
    rp.wait()
    time.sleep(0.3)
    assert len(rp.hits) == 1


@pytest.mark.parametrize("column", ["expires_at", "last_seen_at"])
def test_not_when_it_lapses(stack, browser, rp, column):
    user = stack.create_user()
    client = register_at(stack, rp)
    sign_in(stack, client, user, browser)
    stack.sql(f"UPDATE oauth.session SET {column} = now() - interval '1 year'"
              " WHERE user_id = oauth.user_id_of(%s)", user.username)
    stack.sql("SELECT oauth.maintain()")
    assert not stack.sql("SELECT FROM oauth.session WHERE user_id ="
                         " oauth.user_id_of(%s)", user.username)
    assert not notifications(stack, client)
    assert not stack.sql("SELECT FROM oauth.session_client"
                         " WHERE client_id = %s", client.client_id)


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
