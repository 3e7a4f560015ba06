"""Device authorization (RFC 8628), the device's side: its two endpoints."""
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests
from device import (ALPHABET, GRANT, ask, decided, expire, hash_of, jwt_claims,
                    poll, public, refused, register, row, send, start, waited)
from postern_stack import Client, remember


@pytest.fixture(scope="module")
def client(stack):
    return register(stack)


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


# -- the device authorization endpoint (RFC 8628 sections 3.1 and 3.2)

def test_the_answer(each_stack):
    """Authlib: test_create_authorization_response."""
    stack = each_stack
    r = ask(stack, public(stack))
    assert r.status_code == 200
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    got = r.json()
    assert set(got) == {"device_code", "user_code", "verification_uri",
                        "verification_uri_complete", "expires_in", "interval"}
    assert re.fullmatch(r"pdc0_[\w-]{43}", got["device_code"])
    assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}",
                        got["user_code"])
    assert got["verification_uri"] == stack.url + "/oauth/device"
    assert got["verification_uri_complete"] == \
        stack.url + "/oauth/device?user_code=" + got["user_code"]
    assert (got["expires_in"], got["interval"]) == (600, 5)


def test_by_basic_the_client_is_kept(stack, client):
    """Authlib: test_client_secret_basic_saves_authenticated_client_id."""
    got = start(stack, client)
    assert row(stack, got)["client_id"] == client.client_id


def test_by_post(stack):
    c = register(stack, token_endpoint_auth_method="client_secret_post")
    r = stack.post("/oauth/device_authorization", {
        "client_id": c.client_id, "client_secret": c.client_secret})
    assert r.status_code == 200


def test_nobody_asks(stack):
    """Authlib: test_missing_client_id."""
    r = refused(stack.post("/oauth/device_authorization", {"scope": "email"}),
                "invalid_client", 401)
    assert "WWW-Authenticate" in r.headers


@pytest.mark.parametrize("path", ["/oauth/device_authorization",
                                  "/oauth/token"])
def test_clients_that_may_not(stack, client, path):
    """Authlib: test_unauthorized_client, test_invalid_client."""
    data = {"grant_type": GRANT, "device_code": "pdc0_" + "A" * 43}
    for c, error, status in [
            (Client("nobody", None), "invalid_client", 401),
            (Client(client.client_id, "wrong"), "invalid_client", 401),
            (Client(client.client_id, None), "invalid_client", 401),
            (stack.register_client(), "unauthorized_client", 400)]:
        refused(send(stack, c, path, data), error, status)


def test_scope(stack, client):
    """As for client_credentials: the client's, and the default one."""
    for scope, kept in [(None, "profile"), ("", "profile"),
                        ("email profile", "email profile"),
                        ("email  email", "email")]:
        assert row(stack, start(stack, client, scope=scope))["scope"] == kept
    for scope in ["calendar", "email calendar", "EMAIL", "nonsense", "e\"x",
                  "  "]:
        refused(ask(stack, client, scope=scope), "invalid_scope")


def test_requests_that_are_none(stack, client):
    url = stack.url + "/oauth/device_authorization"
    auth = (client.client_id, client.client_secret)
    refused(stack.post("/oauth/device_authorization",
                       [("scope", "email"), ("scope", "email")], client),
            "invalid_request")
    refused(stack.post("/oauth/device_authorization?scope=email", {}, client),
            "invalid_request")
    refused(requests.post(url, json={"scope": "email"}, auth=auth, timeout=30),
            "invalid_request")
    assert requests.get(url, auth=auth, timeout=30).status_code == 405


def test_codes_are_new_each_time(stack, client):
    got = [start(stack, client) for _ in range(20)]
    assert len({g["user_code"] for g in got}) == 20
    assert len({g["device_code"] for g in got}) == 20


def test_lifetime(stack, client, setting):
    setting(device_code_lifetime="90 seconds")
    assert start(stack, client)["expires_in"] == 90


def test_nothing_usable_is_stored(stack, client):
    """K129; and of the user code no plain hash, which all 20^8 could be
    compared with."""
    got = start(stack, client)
    stored = row(stack, got)
    text = " ".join(v.hex() if isinstance(v, (bytes, memoryview)) else str(v)
                    for v in stored.values()).lower()
    typed = got["user_code"].replace("-", "")
    for code in typed, got["user_code"]:
        for spelling in (code, code.lower()):
            assert spelling.lower() not in text
            assert hashlib.sha256(spelling.encode()).hexdigest() not in text
    assert got["device_code"][5:].lower() not in text
    assert bytes(stored["device_code_hash"]).hex() == hash_of(got).hex()


# -- the token endpoint (RFC 8628 sections 3.4 and 3.5)

def test_no_device_code(stack, client):
    """Authlib: test_invalid_request."""
    for code in None, "":
        refused(poll(stack, client, code), "invalid_request")


def test_unknown_device_codes(stack, client):
    """Authlib: test_invalid_request has invalid_request here; RFC 8628
    section 3.5 with RFC 6749 section 5.2 says invalid_grant."""
    good = start(stack, client)["device_code"]
    for code in ["x", "pdc0_" + "A" * 43, "pac0_" + good[5:],
                 "pdc1_" + good[5:], good + "A", good[:-1], good.lower(),
                 "pdc0_" + "x" * 5000]:
        refused(poll(stack, client, code), "invalid_grant")


def test_pending(stack, client):
    """Authlib: test_authorization_pending."""
    got = start(stack, client)
    refused(poll(stack, client, got["device_code"]), "authorization_pending")


def test_another_clients_code(stack, client, user):
    """Attack 69; at every stage the same."""
    other = register(stack)
    got = start(stack, client)
    for change in (lambda: None, lambda: decided(stack, got, user, "denied"),
                   lambda: decided(stack, got, user),
                   lambda: expire(stack, got)):
        change()
        refused(poll(stack, other, got["device_code"]), "invalid_grant")
    # It did not make the owner wait, either.
    assert row(stack, got)["last_polled_at"] is None


def test_denied(stack, client, user):
    """Authlib: test_denied_by_user."""
    got = start(stack, client)
    decided(stack, got, user, "denied")
    for _ in range(3):
        refused(poll(stack, client, got["device_code"]), "access_denied")


def test_expired(stack, client, user):
    """Authlib: test_expired_token; whatever was decided before."""
    for decision in None, "allowed", "denied":
        got = start(stack, client)
        if decision:
            decided(stack, got, user, decision)
        expire(stack, got)
        refused(poll(stack, client, got["device_code"]), "expired_token")


def test_expires_by_itself(stack, client, setting):
    setting(device_code_lifetime="1 second")
    got = start(stack, client)
    refused(poll(stack, client, got["device_code"]), "authorization_pending")
    time.sleep(1.1)
    refused(poll(stack, client, got["device_code"]), "expired_token")


def test_tokens(stack, client, user):
    """Authlib: test_get_access_token."""
    got = start(stack, client, scope="email profile")
    decided(stack, got, user)
    r = poll(stack, client, got["device_code"])
    assert r.status_code == 200, r.text
    assert r.headers["Cache-Control"] == "no-store"
    tokens = r.json()
    remember(tokens["access_token"], tokens["refresh_token"])
    assert set(tokens) == {"access_token", "token_type", "expires_in",
                           "refresh_token", "scope"}
    assert tokens["scope"] == "email profile"
    assert stack.me(tokens["access_token"]).json()["id"] == user.sub
    [[kind, scope]] = stack.sql(
        "SELECT grant_type, scope FROM oauth.authorization_grant"
        " WHERE client_id = %s AND authorization_id = %s", client.client_id,
        row(stack, got)["authorization_id"])
    assert (kind, scope) == (GRANT, "email profile")
    r = stack.token(client, grant_type="refresh_token",
                    refresh_token=tokens["refresh_token"])
    assert r.status_code == 200 and r.json()["scope"] == "email profile"


def test_spent_once(stack, client, user):
    """Authlib's device codes are good until they expire; ours for one use.
    What they bought stays: only the device knew the code, so it is the device
    that lost an answer."""
    got = start(stack, client)
    decided(stack, got, user)
    tokens = poll(stack, client, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    for _ in range(2):
        refused(poll(stack, client, got["device_code"]), "invalid_grant")
    assert stack.me(tokens["access_token"]).status_code == 200


def test_no_refresh_token_where_the_client_may_not(stack, user):
    c = public(stack, grant_types=[GRANT])
    got = start(stack, c)
    decided(stack, got, user)
    tokens = poll(stack, c, got["device_code"]).json()
    remember(tokens["access_token"])
    assert "refresh_token" not in tokens


@pytest.mark.parametrize("change", [
    "UPDATE oauth.end_user SET disabled_at = now() WHERE sub = %(sub)s",
    "DELETE FROM oauth.end_user WHERE sub = %(sub)s",
    "DELETE FROM oauth.consent WHERE client_id = %(client_id)s",
    "SELECT oauth.revoke_client_tokens(%(client_id)s)"])
def test_what_ends_between_yes_and_tokens(stack, change):
    c, user = public(stack), stack.create_user()
    got = start(stack, c)
    decided(stack, got, user)
    with closing(stack.db()) as db:
        db.cursor().execute(change, {"sub": user.sub,
                                     "client_id": c.client_id})
    refused(poll(stack, c, got["device_code"]), "invalid_grant")


def test_client_ends(stack, user):
    c = public(stack)
    got = start(stack, c)
    decided(stack, got, user)
    stack.sql("SELECT oauth.disable_client(%s)", c.client_id)
    refused(poll(stack, c, got["device_code"]), "invalid_client", 401)
    stack.sql("SELECT oauth.enable_client(%s)", c.client_id)
    stack.sql("UPDATE oauth.client SET grant_types = '{refresh_token}'"
              " WHERE client_id = %s", c.client_id)
    refused(poll(stack, c, got["device_code"]), "unauthorized_client")


def test_slow_down(stack, client):
    """RFC 8628 section 3.5: 5 seconds more, each time, for good."""
    got = start(stack, client)
    refused(poll(stack, client, got["device_code"]), "authorization_pending")
    for interval in 10, 15, 20:
        refused(poll(stack, client, got["device_code"]), "slow_down")
        assert row(stack, got)["poll_interval"].total_seconds() == interval
    # In time by the interval as it is now, with a second for the network.
    for ago, error in [(18, "slow_down"), (24.2, "authorization_pending"),
                       (23, "slow_down"), (31, "authorization_pending")]:
        waited(stack, got, ago)
        refused(poll(stack, client, got["device_code"]), error)
    assert row(stack, got)["poll_interval"].total_seconds() == 30


def test_who_asks_in_time_is_not_slowed_down(stack, client):
    got = start(stack, client)
    for _ in range(4):
        refused(poll(stack, client, got["device_code"]),
                "authorization_pending")
        waited(stack, got, 5)
    assert row(stack, got)["poll_interval"].total_seconds() == 5


def test_a_decision_is_told_at_once(stack, client, user):
    """slow_down is for who waits: the answer is there."""
    got = start(stack, client)
    for _ in range(3):
        poll(stack, client, got["device_code"])
    decided(stack, got, user)
    r = poll(stack, client, got["device_code"])
    assert r.status_code == 200
    remember(r.json()["access_token"], r.json()["refresh_token"])


def test_many_polls_at_once(stack, client):
    """One of them is in time, and each other adds its 5 seconds."""
    got = start(stack, client)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(
            lambda _: poll(stack, client, got["device_code"]).json()["error"],
            range(20)))
    assert sorted(answers) == ["authorization_pending"] + ["slow_down"] * 19
    assert row(stack, got)["poll_interval"].total_seconds() == 5 + 19 * 5


def test_an_id_token(stack):
    """OpenID Connect Core section 3.1.3.3, by way of RFC 8628."""
    c = register(stack, scope="openid profile")
    user = stack.create_user(name="Ada")
    got = start(stack, c, scope="openid")
    decided(stack, got, user, auth_time="2026-01-02 03:04:05+00", amr="pwd")
    tokens = poll(stack, c, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    claims = jwt_claims(tokens["id_token"])
    assert (claims["sub"], claims["aud"], claims["iss"]) \
        == (user.sub, c.client_id, stack.url)
    assert claims["auth_time"] == 1767323045
    assert "nonce" not in claims
    [kept] = stack.sql(
        "SELECT sid, extract(epoch FROM auth_time)::bigint, amr"
        " FROM oauth.authorization_grant WHERE authorization_id = %s",
        row(stack, got)["authorization_id"])
    assert kept == (None, 1767323045, "pwd")    # no part of a session
    # Without openid in the scope there is none, and no session it ends with.
    got = start(stack, c, scope="profile")
    decided(stack, got, user)
    tokens = poll(stack, c, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    assert "id_token" not in tokens
    [[sid]] = stack.sql(
        "SELECT sid FROM oauth.authorization_grant"
        " WHERE authorization_id = %s", row(stack, got)["authorization_id"])
    assert sid is None


def test_metadata(stack):
    """RFC 8628 section 4."""
    got = requests.get(stack.url + "/.well-known/oauth-authorization-server",
                       timeout=30).json()
    assert got["device_authorization_endpoint"] \
        == stack.url + "/oauth/device_authorization"
    assert GRANT in got["grant_types_supported"]
