"""The client credentials grant (RFC 6749 section 4.4), by the one statement
that does it all and by the long way."""
import re

import pytest

from postern_stack import Client, password_hash
from token_endpoint import issued, refused

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module", params=["generated", "chosen"])
def client(stack, request):
    """One whose secret we made, and one whose secret a person chose: these
    take different ways through the program."""
    if request.param == "generated":
        return stack.register_client()
    made = stack.register_client(
        client_secret_verifier=password_hash("chosen"))
    return Client(made.client_id, "chosen")


def test_token(stack, client):
    """E67, Authlib authorize_token: no refresh token (section 4.4.3), though
    the client may refresh; the token acts for nobody."""
    got = issued(stack.token(client, **GRANT))
    assert "refresh_token" not in got
    r = stack.me(got["access_token"])
    assert r.status_code == 403
    assert r.json()["error"] == "insufficient_scope"
    seen = stack.post("/oauth/introspect", {"token": got["access_token"]},
                      client).json()
    assert seen["active"] and seen["sub"] == client.client_id
    assert "username" not in seen


def test_sub_is_no_persons(stack, client):
    """E67: a client can not be called like somebody's sub (RFC 9700 section
    4.15)."""
    user = stack.create_user()
    for name in (user.sub, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(Exception, match="invalid_client_metadata"):
            stack.register_client(client_id=name)
    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(uuid, user.sub)
    assert not re.fullmatch(uuid, client.client_id)


@pytest.mark.parametrize("scope,granted", [
    ("email", "email"), ("email profile", "email profile"),
    ("profile profile", "profile"), ("", "profile"), (None, "profile")])
def test_scope(stack, client, scope, granted):
    """Authlib authorize_token, missing_scope default: what was granted is
    said (section 5.1)."""
    assert issued(stack.token(client, **GRANT, scope=scope))[
        "scope"] == granted


def test_more_than_one_default(stack, client):
    """Section 3.3: "process the request using a pre-defined default value", of
    what the client may ask for."""
    stack.sql("UPDATE oauth.scope SET is_default = true"
              " WHERE name IN ('email', 'calendar')")
    try:
        got = issued(stack.token(client, **GRANT))["scope"]
    finally:
        stack.sql("UPDATE oauth.scope SET is_default = false"
                  " WHERE name IN ('email', 'calendar')")
    assert sorted(got.split()) == ["email", "profile"]


@pytest.mark.parametrize("scope", [
    "calendar", "email calendar", "invalid", "Email", 'e"', "é", "a\\b",
    "email\tprofile", " ", "  ", " ".join(f"s{i}" for i in range(2000))])
def test_invalid_scope(stack, client, scope):
    """E59, Authlib invalid_scope: beyond the registration, or no scope at
    all."""
    before = stack.sql("SELECT count(*) FROM oauth.access_token")
    refused(stack.token(client, **GRANT, scope=scope), 400, "invalid_scope")
    assert stack.sql("SELECT count(*) FROM oauth.access_token") == before


def test_scope_dropped_from_the_client(stack):
    """E59: the registration of today counts."""
    c = stack.register_client()
    issued(stack.token(c, **GRANT, scope="email"))
    stack.sql("SELECT oauth.change_client(%s, '{\"scope\": \"profile\"}')",
              c.client_id)
    refused(stack.token(c, **GRANT, scope="email"), 400, "invalid_scope")
    assert issued(stack.token(c, **GRANT))["scope"] == "profile"


def test_no_default_scope(stack):
    """Authlib missing_scope empty: a client without a default one gets a
    token without scope."""
    c = stack.register_client(scope="email")
    assert "scope" not in issued(stack.token(c, **GRANT))


@pytest.mark.parametrize("scope", [{}, {"scope": "email"}])
def test_public_client(stack, scope):
    """E67: for confidential clients alone (section 4.4), even where the row
    has the grant."""
    c = stack.register_client(token_endpoint_auth_method="none")
    stack.sql("UPDATE oauth.client SET grant_types = '{client_credentials}'"
              " WHERE client_id = %s", c.client_id)
    r = stack.post("/oauth/token", {**GRANT, **scope,
                                    "client_id": c.client_id})
    refused(r, 400, "unauthorized_client")
    refused(stack.post("/oauth/token", {
        **GRANT, "client_id": c.client_id, "client_secret": "x"}), 401,
        "invalid_client")


def test_grant_type_of_the_client(stack):
    """Authlib invalid_grant_type → unauthorized_client; before the scope is
    looked at."""
    c = stack.register_client(grant_types=["authorization_code"])
    refused(stack.token(c, **GRANT), 400, "unauthorized_client")
    refused(stack.token(c, **GRANT, scope="invalid"), 400,
            "unauthorized_client")


def test_lifetime(stack):
    """Authlib 4.2.3: the client's own, else the setting's; the row agrees."""
    c = stack.register_client(access_token_lifetime=5)
    assert issued(stack.token(c, **GRANT))["expires_in"] == 5
    assert stack.sql(
        "SELECT expires_at - issued_at = interval '5 seconds'"
        " FROM oauth.access_token WHERE client_id = %s",
        c.client_id) == [(True,)]


def test_each_token_is_another(stack, client):
    """No token is handed out twice, and each lives by itself."""
    tokens = [issued(stack.token(client, **GRANT))["access_token"]
              for _ in range(20)]
    assert len(set(tokens)) == 20
    r = stack.post("/oauth/revoke", {"token": tokens[0]}, client)
    assert r.status_code == 200
    active = [stack.post("/oauth/introspect", {"token": t},
                         client).json()["active"] for t in tokens]
    assert active == [False] + [True] * 19


def test_revoke_client_tokens(stack):
    """All that a client holds is dead at once; the next token is good."""
    c = stack.register_client()
    old = issued(stack.token(c, **GRANT))["access_token"]
    stack.sql("SELECT oauth.revoke_client_tokens(%s)", c.client_id)
    new = issued(stack.token(c, **GRANT))["access_token"]
    for token, good in ((old, False), (new, True)):
        r = stack.post("/oauth/introspect", {"token": token}, c)
        assert r.json()["active"] is good
        [[why]] = stack.sql("SELECT oauth.explain(%s)", token)
        assert ("good" in why) is good, why
