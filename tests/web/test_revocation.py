"""Revocation (RFC 7009)."""
import pytest

from postern_stack import flow, get_code
from token_endpoint import issued, refused


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


def revoke(stack, c, token, hint=None):
    data = {"token": token}
    if hint is not None:
        data["token_type_hint"] = hint
    if c.client_secret:
        return stack.post("/oauth/revoke", data, c)
    return stack.post("/oauth/revoke", {**data, "client_id": c.client_id})


def refresh(stack, c, token):
    data = {"grant_type": "refresh_token", "refresh_token": token}
    if c.client_secret:
        return stack.token(c, **data)
    return stack.post("/oauth/token", {**data, "client_id": c.client_id})


def explain(stack, credential):
    [[text]] = stack.sql("SELECT oauth.explain(%s)", credential)
    return text


def done(r):
    """Section 2.2; a body that JSON readers can read."""
    assert r.status_code == 200 and r.text == "{}"
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"


HINTS = [None, "", "access_token", "refresh_token"]


@pytest.mark.parametrize("kind", ["client", "public"])
@pytest.mark.parametrize("hint", HINTS)
def test_access_token(stack, user, kind, hint, request):
    """Authlib revoke_token_with_hint, _without_hint, 4.2.9: a wrong hint does
    not mislead (section 2.1); the refresh token lives on."""
    c = request.getfixturevalue(kind)
    tokens = flow(stack, c, user)
    done(revoke(stack, c, tokens["access_token"], hint))
    assert stack.me(tokens["access_token"]).status_code == 401
    assert "refused: it was revoked" in explain(stack,
                                                tokens["access_token"])
    issued(refresh(stack, c, tokens["refresh_token"]))


@pytest.mark.parametrize("kind", ["client", "public"])
@pytest.mark.parametrize("hint", HINTS)
def test_refresh_token(stack, user, kind, hint, request):
    """Section 2.1: with it go all access tokens of the same grant, and none
    of another."""
    c = request.getfixturevalue(kind)
    other = flow(stack, c, user)
    tokens = flow(stack, c, user)
    later = issued(refresh(stack, c, tokens["refresh_token"]))
    done(revoke(stack, c, later["refresh_token"], hint))
    for dead in (tokens, later):
        assert stack.me(dead["access_token"]).status_code == 401
        assert "revoked by the client" in explain(stack,
                                                  dead["access_token"])
        refused(refresh(stack, c, dead["refresh_token"]), 400,
                "invalid_grant")
    assert stack.me(other["access_token"]).status_code == 200


def test_rotated_refresh_token(stack, public, user):
    """An old one of the chain revokes the chain: who signs out with what it
    has kept is signed out."""
    tokens = flow(stack, public, user)
    later = issued(refresh(stack, public, tokens["refresh_token"]))
    done(revoke(stack, public, tokens["refresh_token"]))
    assert stack.me(later["access_token"]).status_code == 401
    refused(refresh(stack, public, later["refresh_token"]), 400,
            "invalid_grant")


def test_twice(stack, client, user):
    """A revoked token is one that is not valid: 200 again."""
    tokens = flow(stack, client, user)
    for token in (tokens["access_token"], tokens["refresh_token"]):
        done(revoke(stack, client, token))
        done(revoke(stack, client, token))


def test_own_token_of_a_client(stack, client):
    """Also a token that acts for nobody."""
    token = issued(stack.token(client, grant_type="client_credentials"))[
        "access_token"]
    done(revoke(stack, client, token))
    assert stack.me(token).status_code == 401


@pytest.mark.parametrize("token", [
    "unknown", "pat0_" + "A" * 43, "prt0_" + "A" * 43, "pat9_" + "A" * 43,
    "eyJhbGciOiJub25lIn0.e30.", "é", "x" * 5000, "%00"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
def test_unknown_token(stack, client, token, hint):
    """Authlib invalid_token: 200 (section 2.2), B28."""
    done(revoke(stack, client, token, hint))


def test_altered_token(stack, client, user):
    """One that is almost right is unknown, and revokes nothing."""
    tokens = flow(stack, client, user)
    for name in ("access_token", "refresh_token"):
        t = tokens[name]
        for bad in (t[:-1], t + "A", t[:3] + "9" + t[4:], " " + t,
                    t[:5] + t[6:] + t[5]):
            done(revoke(stack, client, bad))
    assert stack.me(tokens["access_token"]).status_code == 200
    issued(refresh(stack, client, tokens["refresh_token"]))


def test_foreign_token(stack, client, public, user):
    """E65, Authlib revoke_token_bound_to_client (theirs says invalid_grant):
    200, and nothing is revoked; the answer is that for an unknown one, so it
    tells nothing."""
    tokens = flow(stack, client, user)
    unknown = revoke(stack, public, "pat0_" + "A" * 43)
    for c in (public, stack.register_client(audience=[client.client_id])):
        for token in (tokens["access_token"], tokens["refresh_token"]):
            r = revoke(stack, c, token)
            done(r)
            assert r.content == unknown.content
    assert stack.me(tokens["access_token"]).status_code == 200
    assert explain(stack, tokens["access_token"]).endswith(": good")
    assert explain(stack, tokens["refresh_token"]).endswith(": good")


def test_a_code_is_no_token(stack, client, user):
    """An authorization code is not revoked here."""
    code, _, _ = get_code(stack, client, user)
    done(revoke(stack, client, code))
    assert explain(stack, code).endswith(": good")


def test_no_token(stack, client):
    """Authlib invalid_token: no token → invalid_request."""
    for data in ({}, {"token": ""}, {"token_type_hint": "access_token"}):
        refused(stack.post("/oauth/revoke", data, client), 400,
                "invalid_request")


@pytest.mark.parametrize("hint", ["id_token", "Access_Token", "x",
                                  "access_token refresh_token"])
def test_unknown_hint(stack, client, user, hint):
    """Authlib invalid_token: unsupported_token_type, with status 400 (section
    2.2.1 and RFC 6749 section 5.2); the token lives on."""
    tokens = flow(stack, client, user)
    refused(revoke(stack, client, tokens["access_token"], hint), 400,
            "unsupported_token_type")
    assert stack.me(tokens["access_token"]).status_code == 200


def test_invalid_client(stack, client, user):
    """Authlib invalid_client: nobody, an unknown one, a wrong secret; the
    token lives on."""
    token = flow(stack, client, user)["access_token"]
    for r in (stack.post("/oauth/revoke", {"token": token}),
              stack.post("/oauth/revoke", {"token": token,
                                           "client_id": client.client_id}),
              revoke(stack, client._replace(client_secret="x"), token),
              revoke(stack, client._replace(client_id="unknown"), token)):
        refused(r, 401, "invalid_client")
    assert stack.me(token).status_code == 200


def test_no_database(make_stack, stack):
    """E66: where it can not be done it is not said to be done (CVE-2020-15223
    of another server): 503, with Retry-After, and the token lives on."""
    own = make_stack(stack.server)
    c = own.register_client()
    token = flow(own, c)["access_token"]
    own.sql("REVOKE UPDATE ON oauth.access_token FROM postern_token;"
            "REVOKE UPDATE (revoked_at) ON oauth.access_token"
            " FROM postern_token")
    r = revoke(own, c, token)
    refused(r, 503, "server_error")
    assert r.headers["Retry-After"] == "1"
    assert own.me(token).status_code == 200
    own.sql("GRANT UPDATE (revoked_at) ON oauth.access_token"
            " TO postern_token")
    done(revoke(own, c, token))
    assert own.me(token).status_code == 401
