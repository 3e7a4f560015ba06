"""The refresh token grant (RFC 6749 section 6, RFC 9700 section 4.14.2)."""
import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from postern_stack import flow, remember
from token_endpoint import issued, refused

GONE = "the refresh token is not valid, or no longer"


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


def refresh(stack, c, token, **data):
    data = {"grant_type": "refresh_token", "refresh_token": token, **data}
    if c.client_secret:
        return stack.token(c, **data)
    return stack.post("/oauth/token", {**data, "client_id": c.client_id})


def gone(r):
    assert refused(r, 400, "invalid_grant") == GONE


def explain(stack, credential):
    [[text]] = stack.sql("SELECT oauth.explain(%s)", credential)
    return text


def close_window(stack, c):
    """As if refresh_retry_window had just passed."""
    stack.sql("UPDATE oauth.refresh_token SET rotated_at = now() - ("
              "SELECT refresh_retry_window FROM oauth.setting)"
              " WHERE client_id = %s AND rotated_at IS NOT NULL",
              c.client_id)


# -- who may ask

def test_without_client_authentication(stack, client, user):
    """E56, Authlib invalid_client (none, unknown, wrong secret): the refresh
    token of a confidential client is not enough."""
    token = flow(stack, client, user)["refresh_token"]
    data = {"grant_type": "refresh_token", "refresh_token": token}
    for extra in ({}, {"client_id": client.client_id},
                  {"client_id": "unknown"},
                  {"client_id": client.client_id, "client_secret": "x"}):
        refused(stack.post("/oauth/token", {**data, **extra}), 401,
                "invalid_client")
    for c in (client._replace(client_secret="x"),
              client._replace(client_id="unknown")):
        refused(refresh(stack, c, token), 401, "invalid_client")
    issued(refresh(stack, client, token))


def test_other_clients_token(stack, client, public, user):
    """RFC 6749 section 10.4: bound to its client; the attempt harms it
    not."""
    token = flow(stack, public, user)["refresh_token"]
    gone(refresh(stack, client, token))
    gone(refresh(stack, stack.register_client(
        token_endpoint_auth_method="none"), token))
    issued(refresh(stack, public, token))


def test_invalid_grant_type(stack, user):
    """Authlib invalid_grant_type → unauthorized_client: also where the
    client lost the grant since."""
    c = stack.register_client()
    token = flow(stack, c, user)["refresh_token"]
    stack.sql("SELECT oauth.change_client(%s, '{\"grant_types\":"
              " [\"authorization_code\"]}')", c.client_id)
    refused(refresh(stack, c, token), 400, "unauthorized_client")


# -- with what

def test_invalid_refresh_token(stack, client, user):
    """Authlib invalid_refresh_token: missing, unknown; and an altered one, or
    a token of another kind."""
    refused(stack.token(client, grant_type="refresh_token"), 400,
            "invalid_request")
    refused(refresh(stack, client, ""), 400, "invalid_request")
    tokens = flow(stack, client, user)
    token = tokens["refresh_token"]
    for bad in ("x", token[:-1], token + "A", " " + token, "pat" + token[3:],
                token[:5] + token[6:] + token[5], tokens["access_token"],
                "prt" + tokens["access_token"][3:], token.upper(),
                *(f"prt{n}" + token[4:] for n in range(10)
                  if token[3] != str(n))):
        gone(refresh(stack, client, bad))
    issued(refresh(stack, client, token))


# -- a confidential client keeps its own

def test_confidential_keeps_its_token(stack, client, user):
    """The same refresh token in each answer, for those who replace the whole;
    each access token is another (Authlib 4.2.4: theirs may be left with
    none)."""
    first = flow(stack, client, user)
    seen = {first["access_token"]}
    for _ in range(4):
        got = issued(refresh(stack, client, first["refresh_token"]))
        assert got["refresh_token"] == first["refresh_token"]
        assert stack.me(got["access_token"]).json()["id"] == user.sub
        seen.add(got["access_token"])
    assert len(seen) == 5
    assert stack.me(first["access_token"]).status_code == 200
    assert explain(stack, first["refresh_token"]).endswith(": good")


def test_confidential_that_rotates(stack, user):
    """rotate_refresh_tokens of the row overrides it, both ways."""
    c = stack.register_client(rotate_refresh_tokens=True)
    token = flow(stack, c, user)["refresh_token"]
    assert issued(refresh(stack, c, token))["refresh_token"] != token
    p = stack.register_client(token_endpoint_auth_method="none")
    stack.sql("UPDATE oauth.client SET rotate_refresh_tokens = false"
              " WHERE client_id = %s", p.client_id)
    token = flow(stack, p, user)["refresh_token"]
    assert issued(refresh(stack, p, token))["refresh_token"] == token


# -- a public client rotates

def test_successor(stack, public, user):
    """Authlib authorize_token_no_scope: a new refresh token each time, and
    the chain goes on."""
    tokens = flow(stack, public, user)
    seen = {tokens["refresh_token"]}
    for _ in range(4):
        tokens = issued(refresh(stack, public, tokens["refresh_token"]))
        seen.add(tokens["refresh_token"])
        assert stack.me(tokens["access_token"]).json()["id"] == user.sub
    assert len(seen) == 5


def test_lost_answer(stack, public, user):
    """E57: asked again within the window, the same successor and no second
    branch; also after the successor itself was used."""
    first = flow(stack, public, user)
    second = issued(refresh(stack, public, first["refresh_token"]))
    assert "good, but used up" in explain(stack, first["refresh_token"])
    for _ in range(3):
        again = issued(refresh(stack, public, first["refresh_token"]))
        assert again["refresh_token"] == second["refresh_token"]
        assert again["access_token"] != second["access_token"]
    issued(refresh(stack, public, second["refresh_token"]))
    again = issued(refresh(stack, public, first["refresh_token"]))
    assert again["refresh_token"] == second["refresh_token"]
    [[rows]] = stack.sql(
        "SELECT count(*) FROM oauth.refresh_token WHERE authorization_id = ("
        "SELECT max(authorization_id) FROM oauth.refresh_token"
        " WHERE client_id = %s)", public.client_id)
    assert rows == 3    # first, second, third


def successor(stack, token, salt):
    """docs/design.md: HMAC(server key, old token, salt), each after its
    length."""
    old = base64.urlsafe_b64decode(token[5:] + "=")
    key = bytes.fromhex((Path(stack.state) / "key").read_text().strip())
    made = hmac.new(key, b"".join(len(part).to_bytes(8, "big") + part
                                  for part in (old, salt)), hashlib.sha256)
    return base64.urlsafe_b64encode(made.digest()).decode().rstrip("=")


def salt_of(stack, token):
    old = base64.urlsafe_b64decode(token[5:] + "=")
    [[salt, rotated]] = stack.sql(
        "SELECT salt, rotated_at IS NOT NULL FROM oauth.refresh_token"
        " WHERE token_hash = %s", hashlib.sha256(old).digest())
    return bytes(salt), rotated


def rotated(r):
    """The successor; with openid there is an ID token besides."""
    assert r.status_code == 200, r.text
    remember(r.json()["access_token"], r.json()["refresh_token"])
    return r.json()["refresh_token"]


@pytest.mark.parametrize("scope", ["profile", "openid profile"])
def test_salt_is_of_whoever_rotates(stack, user, scope):
    """Nothing that is stored before tells the successor, nor without the key;
    at once and (openid) the long way."""
    c = stack.register_client(token_endpoint_auth_method="none",
                              scope="openid profile")
    token = flow(stack, c, user, scope=scope)["refresh_token"]
    assert salt_of(stack, token) == (b"", False)
    second = rotated(refresh(stack, c, token))
    salt, is_rotated = salt_of(stack, token)
    assert len(salt) == 16 and is_rotated
    assert second[5:] == successor(stack, token, salt)
    assert rotated(refresh(stack, c, token)) == second
    assert salt_of(stack, token) == (salt, True)


@pytest.mark.parametrize("scope", ["profile", "openid profile"])
def test_rotated_by_the_version_before(stack, user, scope):
    """Before 0008 the salt was there from the start: a row that was rotated
    then has the same successor still."""
    c = stack.register_client(token_endpoint_auth_method="none",
                              scope="openid profile")
    token = flow(stack, c, user, scope=scope)["refresh_token"]
    salt = bytes(range(16))
    stack.sql("UPDATE oauth.refresh_token SET salt = %s, rotated_at = now(),"
              " successor_slot = slot WHERE client_id = %s", salt,
              c.client_id)
    again = rotated(refresh(stack, c, token))
    assert again == token[:5] + successor(stack, token, salt)
    [[rows]] = stack.sql("SELECT count(*) FROM oauth.refresh_token"
                         " WHERE client_id = %s", c.client_id)
    assert rows == 1    # its row is of whoever was first


def test_authorization_is_kept(stack, user):
    """It outlives its last refresh token, and is not written to by each
    rotation."""
    c = stack.register_client(token_endpoint_auth_method="none")
    token = flow(stack, c, user)["refresh_token"]

    def grant():
        [row] = stack.sql(
            "SELECT z.expires_at, z.xmin::text, z.expires_at >= ("
            "SELECT max(expires_at) FROM oauth.refresh_token t"
            " WHERE t.authorization_id = z.authorization_id)"
            " FROM oauth.authorization_grant z WHERE client_id = %s",
            c.client_id)
        return row

    first = grant()
    token = issued(refresh(stack, c, token))["refresh_token"]
    assert grant() == first and first[2]
    stack.sql("UPDATE oauth.authorization_grant SET expires_at = now() +"
              " interval '1 day' WHERE client_id = %s", c.client_id)
    token = issued(refresh(stack, c, token))["refresh_token"]
    kept = grant()
    assert kept[2] and kept[0] > first[0]
    issued(refresh(stack, c, token))
    assert grant() == kept


def test_retries_do_not_prolong_the_window(stack, user):
    """E57: the window runs from the first use."""
    c = stack.register_client(token_endpoint_auth_method="none")
    first = flow(stack, c, user)["refresh_token"]
    issued(refresh(stack, c, first))
    stack.sql("UPDATE oauth.refresh_token SET rotated_at = rotated_at -"
              " interval '20 seconds' WHERE client_id = %s"
              " AND rotated_at IS NOT NULL", c.client_id)
    [[before]] = stack.sql("SELECT rotated_at FROM oauth.refresh_token WHERE"
                           " client_id = %s AND rotated_at IS NOT NULL",
                           c.client_id)
    issued(refresh(stack, c, first))
    assert stack.sql("SELECT rotated_at FROM oauth.refresh_token WHERE"
                     " client_id = %s AND rotated_at IS NOT NULL",
                     c.client_id) == [(before,)]


def test_reuse(stack, user):
    """E57, Authlib revoke_old_credential: after the window the old token
    revokes everything of its authorization, and no other."""
    c = stack.register_client(token_endpoint_auth_method="none")
    other = flow(stack, c, user)
    first = flow(stack, c, user)
    second = issued(refresh(stack, c, first["refresh_token"]))
    third = issued(refresh(stack, c, second["refresh_token"]))
    close_window(stack, c)
    assert "refused: it was used" in explain(stack, first["refresh_token"])
    assert stack.me(third["access_token"]).status_code == 200
    gone(refresh(stack, c, first["refresh_token"]))
    for dead in (first, second, third):
        assert stack.me(dead["access_token"]).status_code == 401
        assert "refresh token used again" in explain(stack,
                                                     dead["access_token"])
        gone(refresh(stack, c, dead["refresh_token"]))
    assert stack.me(other["access_token"]).status_code == 200
    issued(refresh(stack, c, other["refresh_token"]))


def test_reuse_by_a_stranger(stack, public, user):
    """E57: another client with the old token revokes nothing."""
    c = stack.register_client(token_endpoint_auth_method="none")
    first = flow(stack, c, user)
    second = issued(refresh(stack, c, first["refresh_token"]))
    close_window(stack, c)
    gone(refresh(stack, public, first["refresh_token"]))
    assert stack.me(second["access_token"]).status_code == 200
    issued(refresh(stack, c, second["refresh_token"]))


def test_no_window(make_stack, stack):
    """E57: refresh_retry_window 0, in a stack of its own: the second use is
    reuse at once."""
    own = make_stack(stack.server)
    own.sql("UPDATE oauth.setting SET refresh_retry_window = '0'")
    c = own.register_client(token_endpoint_auth_method="none")
    first = flow(own, c)
    second = issued(refresh(own, c, first["refresh_token"]))
    gone(refresh(own, c, first["refresh_token"]))
    gone(refresh(own, c, second["refresh_token"]))
    assert own.me(second["access_token"]).status_code == 401


# -- scope

@pytest.mark.parametrize("kind", ["client", "public"])
def test_narrower_and_full_again(stack, user, kind, request):
    """E58, Authlib authorize_token_scope: "email" now, all of it next time."""
    c = request.getfixturevalue(kind)
    tokens = flow(stack, c, user, scope="profile email")
    for asked, got in (("email", "email"), (None, "profile email"),
                       ("", "profile email"), ("email profile",
                                               "email profile")):
        tokens = issued(refresh(stack, c, tokens["refresh_token"],
                                scope=asked))
        assert tokens["scope"] == got
        assert stack.sql(
            "SELECT scope FROM oauth.access_token WHERE client_id = %s"
            " ORDER BY issued_at DESC LIMIT 1", c.client_id) == [(got,)]


@pytest.mark.parametrize("kind", ["client", "public"])
@pytest.mark.parametrize("scope", ["email", "profile email", "calendar",
                                   "unknown", 'e"', "é", "  "])
def test_wider(stack, user, kind, scope, request):
    """E58, Authlib invalid_scope: beyond what was granted, though the client
    may ask for it, or no scope-token at all (section 3.3); the token is not
    spent by that."""
    c = request.getfixturevalue(kind)
    token = flow(stack, c, user, scope="profile")["refresh_token"]
    refused(refresh(stack, c, token, scope=scope), 400, "invalid_scope")
    assert "used" not in explain(stack, token)
    assert issued(refresh(stack, c, token))["scope"] == "profile"


def test_none_granted(stack, user):
    """Authlib invalid_scope_none: the original has none."""
    c = stack.register_client(scope="email")
    token = flow(stack, c, user)
    assert "scope" not in token
    refused(refresh(stack, c, token["refresh_token"], scope="email"), 400,
            "invalid_scope")
    assert "scope" not in issued(refresh(stack, c, token["refresh_token"]))


def test_scope_dropped_from_the_client(stack, user):
    """E59: what the client may no longer ask for is left out, or refused
    where it is asked for or is all there was; it comes back with the
    registration."""
    c = stack.register_client()
    token = flow(stack, c, user, scope="profile email")["refresh_token"]
    for scope, got in (("profile", "profile"), ("", None),
                       ("profile email", "profile email")):
        stack.sql("SELECT oauth.change_client(%s, jsonb_build_object("
                  "'scope', %s::text))", c.client_id, scope)
        if got:
            assert issued(refresh(stack, c, token))["scope"] == got
        else:
            refused(refresh(stack, c, token), 400, "invalid_scope")
        if got != "profile email":
            refused(refresh(stack, c, token, scope="email"), 400,
                    "invalid_scope")


# -- in time, and what happened since

@pytest.mark.parametrize("kind", ["client", "public"])
@pytest.mark.parametrize("when", ["now()", "now() - interval '1 second'"])
def test_expired(stack, user, kind, when):
    """At the boundary it is over; nothing is revoked by asking."""
    c = stack.register_client(
        **({"token_endpoint_auth_method": "none"} if kind == "public"
           else {}))
    tokens = flow(stack, c, user)
    stack.sql("UPDATE oauth.refresh_token SET expires_at = " + when
              + " WHERE client_id = %s", c.client_id)
    assert "refused: it expired" in explain(stack, tokens["refresh_token"])
    gone(refresh(stack, c, tokens["refresh_token"]))
    assert stack.me(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("kind", ["client", "public"])
@pytest.mark.parametrize("statement,why", [
    ("SELECT oauth.disable_user(%(user)s)", "user is disabled"),
    ("SELECT oauth.delete_user(%(user)s)", "user is gone"),
    ("SELECT oauth.revoke_consent(%(user)s, %(client)s)", "revoked"),
    ("SELECT oauth.revoke_client_tokens(%(client)s)", "revoked")])
def test_ended_since(stack, kind, statement, why):
    """Authlib invalid_user (RFC: invalid_grant); consent withdrawn."""
    c = stack.register_client(
        **({"token_endpoint_auth_method": "none"} if kind == "public"
           else {}))
    u = stack.create_user()
    tokens = flow(stack, c, u)
    with stack.db() as db, db.cursor() as cursor:
        cursor.execute(statement, {"user": u.username,
                                   "client": c.client_id})
    assert why in explain(stack, tokens["refresh_token"])
    gone(refresh(stack, c, tokens["refresh_token"]))
    assert stack.me(tokens["access_token"]).status_code == 401


def test_no_code_reuse_by_refreshing(stack, client, user):
    """A refresh does not widen what its authorization is: sub and client
    stay."""
    tokens = flow(stack, client, user)
    got = issued(refresh(stack, client, tokens["refresh_token"]))
    seen = stack.post("/oauth/introspect", {"token": got["access_token"]},
                      client).json()
    assert (seen["sub"], seen["client_id"]) == (user.sub, client.client_id)
