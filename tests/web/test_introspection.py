"""Introspection (RFC 7662)."""
import json
import time

import pytest

from postern_stack import flow, get_code
from token_endpoint import issued, refused

INACTIVE = {"active": False}


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


def introspect(stack, c, token, **data):
    r = stack.post("/oauth/introspect", {"token": token, **data}, c)
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    return r.json()


def explain(stack, credential):
    [[text]] = stack.sql("SELECT oauth.explain(%s)", credential)
    return text


def test_access_token(stack, client, user):
    """Authlib with_hint, without_hint, and every member."""
    before = int(time.time())
    token = flow(stack, client, user, scope="email profile")["access_token"]
    got = introspect(stack, client, token)
    assert before - 1 <= got.pop("iat") <= time.time() + 1
    assert before + 3599 <= got.pop("exp") <= time.time() + 3601
    scope = got.pop("scope")
    assert sorted(scope.split()) == ["email", "profile"]
    assert got == {"active": True, "client_id": client.client_id,
                   "username": user.username, "token_type": "Bearer",
                   "sub": user.sub}
    for hint in ("access_token", "refresh_token", ""):
        assert introspect(stack, client, token, token_type_hint=hint)[
            "active"] is True


def test_refresh_token(stack, client, user):
    """Authlib 4.2.9: found with either hint; of no token_type (section 2.2:
    that of section 5.1 of RFC 6749)."""
    token = flow(stack, client, user)["refresh_token"]
    for hint in ("access_token", "refresh_token", ""):
        got = introspect(stack, client, token, token_type_hint=hint)
        assert got["active"] is True and "token_type" not in got
        assert got["exp"] - got["iat"] == 30 * 86400
        assert got["sub"] == user.sub


def test_client_token(stack, client):
    """A client's own token: sub is the client."""
    token = issued(stack.token(client, grant_type="client_credentials"))[
        "access_token"]
    got = introspect(stack, client, token)
    assert got["active"] and got["sub"] == client.client_id
    assert "username" not in got and got["scope"] == "profile"


def test_no_scope(stack, user):
    """A token without scope has no such member."""
    c = stack.register_client(scope="email")
    assert "scope" not in introspect(
        stack, c, flow(stack, c, user)["access_token"])


def test_usernames_are_escaped(stack, client):
    """JSON, whatever somebody is called."""
    u = stack.create_user('"}\\ <é> ' + str(time.time()))
    token = flow(stack, client, u)["access_token"]
    assert introspect(stack, client, token)["username"] == u.username


# -- whom it tells

def test_audience(stack, user):
    """E64: its own client, and those of the member "audience"; to all others
    it is as if it were not there (section 4)."""
    api, stranger = stack.register_client(), stack.register_client()
    second = stack.register_client()
    both = [api.client_id, second.client_id]
    c = stack.register_client(audience=both)
    tokens = flow(stack, c, user)
    got = introspect(stack, api, tokens["access_token"])
    assert got["active"] is True
    assert got["aud"] == both
    assert got == introspect(stack, second, tokens["access_token"])
    assert got == introspect(stack, c, tokens["access_token"])
    assert introspect(stack, stranger, tokens["access_token"]) == INACTIVE
    # A refresh token is for nobody but its client.
    assert introspect(stack, api, tokens["refresh_token"]) == INACTIVE
    assert introspect(stack, c, tokens["refresh_token"])["active"] is True
    # And it is no exchange: the client sees nothing of the API's.
    theirs = flow(stack, api, user)["access_token"]
    assert introspect(stack, c, theirs) == INACTIVE


def test_audience_of_today(stack, user):
    """E64: the row decides, at each request."""
    api, other = stack.register_client(), stack.register_client()
    c = stack.register_client(audience=[api.client_id])
    token = flow(stack, c, user)["access_token"]
    for audience, active in (([], False), ([api.client_id], True),
                             ([other.client_id], False)):
        stack.sql("SELECT oauth.change_client(%s, %s)", c.client_id,
                  json.dumps({"audience": audience}))
        assert introspect(stack, api, token)["active"] is active


def test_foreign_is_as_unknown(stack, client, user):
    """E64: the bytes of the two answers are the same."""
    token = flow(stack, client, user)["access_token"]
    other = stack.register_client()
    answers = {stack.post("/oauth/introspect", {"token": t}, other).content
               for t in (token, "pat0_" + "A" * 43, "x")}
    assert answers == {b'{"active":false}'}


def test_public_client(stack, public, user):
    """Section 2.1: who asks is authenticated; client_id alone is not that,
    even of one's own token."""
    token = flow(stack, public, user)["access_token"]
    refused(stack.post("/oauth/introspect", {
        "token": token, "client_id": public.client_id}), 401,
        "invalid_client")


def test_bearer_of_the_resource_server(stack, client, user):
    """A token is no client authentication here, not even itself."""
    token = flow(stack, client, user)["access_token"]
    r = stack.post("/oauth/introspect", {"token": token}, headers={
        "Authorization": "Bearer " + token})
    refused(r, 401, "invalid_client")


def test_invalid_client(stack, client, user):
    """Authlib invalid_client, four ways."""
    token = flow(stack, client, user)["access_token"]
    for data, c in (({}, None), ({"client_id": client.client_id}, None),
                    ({}, client._replace(client_secret="x")),
                    ({}, client._replace(client_id="unknown"))):
        refused(stack.post("/oauth/introspect", {"token": token, **data}, c),
                401, "invalid_client")


# -- with what

def test_no_token(stack, client):
    """Authlib invalid_token: no token, hint only → invalid_request."""
    for data in ({}, {"token": ""}, {"token_type_hint": "refresh_token"}):
        refused(stack.post("/oauth/introspect", data, client), 400,
                "invalid_request")


def test_unknown_hint(stack, client, user):
    """Authlib invalid_token: bad hint → unsupported_token_type."""
    token = flow(stack, client, user)["access_token"]
    for hint in ("id_token", "x", "ACCESS_TOKEN"):
        r = stack.post("/oauth/introspect", {
            "token": token, "token_type_hint": hint}, client)
        refused(r, 400, "unsupported_token_type")


@pytest.mark.parametrize("token", [
    "x", "pat0_" + "A" * 43, "prt0_" + "A" * 43, "é", "x" * 50000, " ",
    "eyJhbGciOiJub25lIn0.e30."])
def test_unknown_token(stack, client, token):
    """Authlib invalid_token: unknown → active false, and nothing else
    (section 2.2)."""
    assert introspect(stack, client, token) == INACTIVE


def test_codes_and_altered_tokens(stack, client, user):
    """A live code is no token; nor is one that is almost right."""
    code, _, _ = get_code(stack, client, user)
    tokens = flow(stack, client, user)
    assert introspect(stack, client, code) == INACTIVE
    for t in (tokens["access_token"], tokens["refresh_token"]):
        for bad in (t[:-1], t + "A", " " + t, t[:5] + t[6:] + t[5],
                    ("prt" if t[1] == "a" else "pat") + t[3:],
                    t[:3] + str((int(t[3]) + 1) % 8) + t[4:]):
            assert introspect(stack, client, bad) == INACTIVE


# -- what happened since: one verdict at the API, here and by explain()

@pytest.mark.parametrize("statement,back", [
    ("UPDATE oauth.access_token SET expires_at = now()"
     " WHERE client_id = %(client)s", None),
    ("UPDATE oauth.access_token SET revoked_at = now()"
     " WHERE client_id = %(client)s", None),
    ("SELECT oauth.disable_user(%(user)s)",
     "SELECT oauth.enable_user(%(user)s)"),
    ("SELECT oauth.delete_user(%(user)s)", None),
    ("SELECT oauth.revoke_consent(%(user)s, %(client)s)", None),
    ("SELECT oauth.revoke_client_tokens(%(client)s)", None)])
def test_ended(stack, statement, back):
    """Expired, revoked, and whatever ends with user, consent and client."""
    c, u = stack.register_client(), stack.create_user()
    token = flow(stack, c, u)["access_token"]

    def run(text):
        with stack.db() as db, db.cursor() as cursor:
            cursor.execute(text, {"user": u.username, "client": c.client_id})

    def live():
        seen = introspect(stack, c, token)
        assert seen["active"] or seen == INACTIVE
        verdicts = {seen["active"], stack.me(token).status_code == 200,
                    explain(stack, token).endswith(": good")}
        assert len(verdicts) == 1, explain(stack, token)
        return seen["active"]

    assert live()
    run(statement)
    assert not live()
    if back:
        run(back)
        assert live()


def test_disabled_client_of_a_token(stack, user):
    """An API that asks about the token of a client that was disabled."""
    api = stack.register_client()
    c = stack.register_client(audience=[api.client_id])
    token = flow(stack, c, user)["access_token"]
    for verb, active in (("disable", False), ("enable", True),
                         ("delete", False)):
        stack.sql(f"SELECT oauth.{verb}_client(%s)", c.client_id)
        assert introspect(stack, api, token)["active"] is active


def test_rotated_refresh_token(stack, user):
    """One that was used up is not active; its successor is."""
    c = stack.register_client(rotate_refresh_tokens=True)
    old = flow(stack, c, user)["refresh_token"]
    new = issued(stack.token(c, grant_type="refresh_token",
                             refresh_token=old))["refresh_token"]
    assert introspect(stack, c, old) == INACTIVE
    assert introspect(stack, c, new)["active"] is True
