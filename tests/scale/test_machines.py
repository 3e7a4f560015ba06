"""Two machines side by side that share nothing but PostgreSQL: every request
goes to the other one than the request before.

The machines are namespaces, see tests/lib/machines.py: two front ends with
programs, a web server and a copy of the key file of their own, a database that
they reach by TLS with a password (SCRAM), nginx before them, and a client.
"""
import time

import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken

import device
import logout
from client_jwt import new_key, public, sign
from device_page import decide
from postern_stack import (Browser, answer, flow, get_code, pkce, redeem,
                           remember, with_keys)
from site_of_machines import Site, Turns

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def site():
    s = Site()
    with s.client_machine.inside(), Turns(s):
        yield with_keys(s)
    s.close()


@pytest.fixture
def turns(site):
    """Only what this test asks."""
    with Turns(site) as t:
        yield t


@pytest.fixture
def user(site):
    return site.create_user(name="Ann")


def refresh(front, client, token):
    data = {"grant_type": "refresh_token", "refresh_token": token}
    if client.client_secret:
        return front.token(client, **data)
    return front.post("/oauth/token", {**data, "client_id": client.client_id})


def is_active(front, client, token):
    r = front.post("/oauth/introspect", {"token": token}, client)
    assert r.status_code == 200, r.text
    return r.json()["active"]


def test_nothing_is_shared_but_postgresql(site):
    """Two of everything, at the same paths; the database by TCP alone."""
    mounts = {f.machine.run("readlink", "/proc/self/ns/mnt")
              for f in site.fronts}
    assert len(mounts) == 2
    for front in site.fronts:
        assert front.machine.run("ls", site.cluster.home) == ""
    ours, theirs = site.fronts
    ours.machine.put(ours.state + "/mine", "mine")
    assert "mine" not in theirs.machine.run("ls", theirs.state)
    users = dict(site.sql(
        "SELECT client_addr::text, count(DISTINCT usename)"
        " FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)"
        " WHERE usename LIKE 'postern%%' AND ssl GROUP BY 1"))
    for front in site.fronts:
        assert users[front.machine.address + "/32"] >= 2
    assert site.sql("SELECT 1 FROM pg_stat_activity WHERE usename LIKE"
                    " 'postern%%' AND client_addr IS NULL") == []


def test_session_and_code(site, turns, user):
    """Sign-in page here, signed in there, consent here, the code there."""
    client = site.register_client(scope="openid profile")
    tokens = flow(site, client, user, scope="openid profile")
    assert turns.alternate() and len(turns.seen) >= 5
    assert site.me(tokens["access_token"]).json()["id"] == user.sub


def test_a_code_of_one_is_redeemed_at_the_other(site, user):
    """Once, wherever: RFC 6749 section 4.1.2."""
    client = site.register_client()
    here, there = site.fronts
    for one, other in ((here, there), (there, here)):
        code, verifier, _ = get_code(site, client, user)
        first = redeem(one, client, code, verifier)
        assert first.status_code == 200, first.text
        remember(*[first.json()[k] for k in ("access_token", "refresh_token")])
        again = redeem(other, client, code, verifier)
        assert (again.status_code, again.json()["error"]) == (
            400, "invalid_grant")
        # And what the code bought is revoked, as both know at once.
        for front in site.fronts:
            assert front.me(first.json()["access_token"]).status_code == 401


def test_pushed_request(site, turns, user):
    """RFC 9126: pushed to one, opened at the other, used up at both."""
    client = site.register_client()
    verifier, challenge = pkce()
    r = site.post("/oauth/par", {
        "response_type": "code", "redirect_uri": "https://client.test/cb",
        "code_challenge": challenge, "code_challenge_method": "S256"}, client)
    assert r.status_code == 201, r.text
    params = {"client_id": client.client_id,
              "request_uri": r.json()["request_uri"]}
    browser = Browser(site)
    page = browser.authorize(**params)
    page = browser.sign_in(page, user.username, user.password)
    code = answer(browser.consent(page))["code"]
    assert redeem(site, client, code, verifier,
                  redirect_uri="https://client.test/cb").status_code == 200
    assert turns.alternate()
    for _ in site.fronts:
        assert browser.authorize(**params).status_code == 400


def test_device(site, turns, user):
    """RFC 8628: asked for at one, allowed at the other, polled at both."""
    client = device.public(site)
    got = device.start(site, client)
    device.refused(device.poll(site, client, got["device_code"]),
                   "authorization_pending")
    # The person's address, not the balancer's: docs/growing.md.
    assert device.row(site, got)["asked_from"] == \
        site.client_machine.address
    decide(site, user, got["verification_uri_complete"])
    assert turns.alternate()
    device.waited(site, got, 60)
    here, there = site.fronts
    won = device.poll(here, client, got["device_code"])
    assert won.status_code == 200, won.text
    remember(won.json()["access_token"], won.json()["refresh_token"])
    device.waited(site, got, 60)
    device.refused(device.poll(there, client, got["device_code"]),
                   "invalid_grant")


def test_an_assertion_counts_once_wherever(site):
    """RFC 7523 section 3, point 7: a jti that was used at one machine is used
    at the other."""
    key = new_key()
    client = site.register_client(
        token_endpoint_auth_method="private_key_jwt", jwks=public(key),
        redirect_uris=[], grant_types=["client_credentials"])
    here, there = site.fronts
    for n, (one, other) in enumerate(((here, there), (there, here))):
        now = int(time.time())
        form = {"grant_type": "client_credentials",
                "client_assertion_type": ASSERTION,
                "client_assertion": sign(key, {
                    "iss": client.client_id, "sub": client.client_id,
                    "aud": site.url, "iat": now, "exp": now + 60,
                    "jti": f"jti {n}"})}
        r = one.post("/oauth/token", form)
        assert r.status_code == 200, r.text
        remember(r.json()["access_token"])
        r = other.post("/oauth/token", form)
        assert (r.status_code, r.json()["error"]) == (401, "invalid_client")


def test_a_retry_at_the_other_gets_the_same_successor(site, user):
    """The answer was lost with the machine, say; and reuse after the retry
    window revokes everything, at both."""
    client = site.register_client(token_endpoint_auth_method="none")
    here, there = site.fronts
    token = first = flow(site, client, user)["refresh_token"]
    for one, other in ((here, there), (there, here)):
        answers = [refresh(f, client, token) for f in (one, other)]
        assert [r.status_code for r in answers] == [200, 200]
        successors = {r.json()["refresh_token"] for r in answers}
        assert len(successors) == 1 and token not in successors
        [token] = successors
        remember(token, *(r.json()["access_token"] for r in answers))
    site.sql("UPDATE oauth.refresh_token SET rotated_at = now() - ("
             "SELECT refresh_retry_window FROM oauth.setting)"
             " WHERE client_id = %s AND rotated_at IS NOT NULL",
             client.client_id)
    access = answers[0].json()["access_token"]
    assert [f.me(access).status_code for f in site.fronts] == [200, 200]
    assert refresh(here, client, first).json()["error"] == "invalid_grant"
    assert refresh(there, client, token).json()["error"] == "invalid_grant"
    assert [f.me(access).status_code for f in site.fronts] == [401, 401]


def test_what_one_revoked_is_dead_at_the_other(site, user):
    """RFC 7009, with the very next request."""
    client = site.register_client()
    here, there = site.fronts
    for one, other in ((here, there), (there, here)):
        token = one.token(
            client, grant_type="client_credentials").json()["access_token"]
        remember(token)
        assert is_active(other, client, token)
        assert one.post("/oauth/revoke", {"token": token},
                        client).status_code == 200
        assert not is_active(other, client, token)
    tokens = flow(site, client, user)
    here.post("/oauth/revoke", {"token": tokens["refresh_token"]}, client)
    assert there.me(tokens["access_token"]).status_code == 401
    assert refresh(there, client, tokens["refresh_token"]).status_code == 400


def keys_of(front):
    return {k["kid"]: k for k in requests.get(
        front.url + "/oauth/jwks", timeout=30).json()["keys"]}


def test_signing_keys(site, user):
    """One set, whoever made its keys; what one signed the other's verify."""
    client = site.register_client(scope="openid",
                                  id_token_signed_response_alg="ES256")
    here, there = site.fronts
    before = keys_of(here)
    assert before == keys_of(there)
    code, verifier, _ = get_code(site, client, user, scope="openid")
    old = redeem(here, client, code, verifier).json()
    here.postern("key", "rotate")
    site.sql("UPDATE oauth.signing_key SET sign_from = sign_from -"
             " interval '1 day 1 hour'")
    after = keys_of(there)
    assert after == keys_of(here) and len(after) == 2 * len(before)
    code, verifier, _ = get_code(site, client, user, scope="openid")
    new = redeem(there, client, code, verifier).json()
    for front in site.fronts:
        for tokens in (old, new):
            claims = JsonWebToken(["ES256"]).decode(
                tokens["id_token"], JsonWebKey.import_key_set(
                    {"keys": list(keys_of(front).values())}))
            assert claims["iss"] == site.url and claims["sub"] == user.sub
            assert (claims.header["kid"] in before) == (tokens is old)


def test_a_jwt_of_one_is_introspected_at_the_other(site):
    """RFC 9068; and revoked there, it is dead here."""
    client = site.register_client(access_token_format="jwt")
    here, there = site.fronts
    token = here.token(client,
                       grant_type="client_credentials").json()["access_token"]
    remember(token)
    assert token.count(".") == 2 and is_active(there, client, token)
    there.post("/oauth/revoke", {"token": token}, client)
    assert not is_active(here, client, token)


def test_logout(site, turns, user):
    """Signed out at one machine, the other knows no session any more."""
    client = logout.register(site)
    browser = Browser(site)
    tokens = logout.sign_in(site, client, user, browser)
    assert logout.is_signed_in(browser, client)
    r = logout.end_session(browser, id_token_hint=tokens["id_token"],
                           post_logout_redirect_uri=logout.AFTER)
    assert r.headers["Location"] == logout.AFTER, r.text
    for _ in site.fronts:
        assert not logout.is_signed_in(browser, client)
    assert turns.alternate()
    for front in site.fronts:
        assert front.me(tokens["access_token"]).status_code == 401


def test_clients_registered_through_one_are_known_to_both(site):
    """Nothing is cached: a row is what there is."""
    client = site.register_client()
    for front in site.fronts:
        assert front.token(
            client, grant_type="client_credentials").status_code == 200
    site.sql("SELECT oauth.disable_client(%s)", client.client_id)
    for front in site.fronts:
        assert front.token(
            client, grant_type="client_credentials").status_code == 401


def timed(call):
    began = time.monotonic()
    return call(), time.monotonic() - began


def until(call, seconds):
    """-> how long it took to be true."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if call():
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def test_a_front_end_is_unplugged(site, turns):
    """The balancer goes on with the other one."""
    client = site.register_client()
    gone, stays = site.fronts
    gone.machine.unplug()
    try:
        # nginx finds out with the first, and does not send a POST twice.
        until(lambda: site.token(
            client, grant_type="client_credentials").status_code == 200, 10)
        turns.seen.clear()
        assert site.post("/oauth/introspect", {"token": "x"},
                         client).status_code == 200
        # Perhaps after another try of the one that is gone.
        assert turns.seen[0].endswith(stays.machine.address + ":8080")
    finally:
        gone.machine.plug_in()
    until(lambda: site.post("/oauth/introspect", {"token": "x"}, client)
          and len(set(turns.seen[-2:])) == 2, 30)


def test_the_database_is_unplugged(site):
    """No packet comes back, not even a refusal: 503 all the same, soon, and
    service once it can be reached again."""
    client = site.register_client()
    front = site.fronts[0]

    def ask():
        return front.token(client, grant_type="client_credentials").status_code

    assert ask() == 200
    site.db_machine.unplug()
    try:
        # By tcp_user_timeout, src/db/db.c; otherwise after five seconds.
        status, seconds = timed(ask)
        assert status == 503 and seconds < 4.5, (status, seconds)
        for _ in range(3):
            status, seconds = timed(ask)
            assert status == 503 and seconds < 3, (status, seconds)
    finally:
        site.db_machine.plug_in()
    assert until(lambda: ask() == 200, 15) < 10
