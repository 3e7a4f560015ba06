"""The back channel as a client sees it: what may be done with tokens, that is
revocation, introspection and the bearer check; and what is stored of them."""
import base64

import pytest
import requests

from back_channel import b64, refresh, refused
from postern_stack import Browser, flow, get_code, redeem, remember


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


# -- revocation (RFC 7009)

def revoke(stack, c, token, **data):
    return stack.post("/oauth/revoke", {"token": token, **data}, c)


def done(r):
    assert r.status_code == 200 and r.text == "{}"
    assert r.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
def test_revoke_an_access_token(stack, client, user, hint):
    """A wrong hint does not mislead (section 2.1)."""
    tokens = flow(stack, client, user)
    done(revoke(stack, client, tokens["access_token"],
                **({"token_type_hint": hint} if hint else {})))
    assert stack.me(tokens["access_token"]).status_code == 401
    assert refresh(stack, client,
                   tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
def test_revoke_a_refresh_token(stack, client, user, hint):
    tokens = flow(stack, client, user)
    done(revoke(stack, client, tokens["refresh_token"],
                **({"token_type_hint": hint} if hint else {})))
    assert stack.me(tokens["access_token"]).status_code == 401
    refused(refresh(stack, client, tokens["refresh_token"]), 400,
            "invalid_grant")
    done(revoke(stack, client, tokens["refresh_token"]))


def test_revocation_errors(stack, client, user):
    refused(stack.post("/oauth/revoke", {}, client), 400, "invalid_request")
    refused(stack.post("/oauth/revoke", {"token": "x"}), 401,
            "invalid_client")
    wrong = client._replace(client_secret="x")
    refused(revoke(stack, wrong, "x"), 401, "invalid_client")
    refused(revoke(stack, client, "x", token_type_hint="id_token"), 400,
            "unsupported_token_type")
    done(revoke(stack, client, "unknown"))
    done(revoke(stack, client, "pat0_" + "A" * 43))
    tokens = flow(stack, client, user)
    done(revoke(stack, stack.register_client(), tokens["access_token"]))
    done(revoke(stack, stack.register_client(), tokens["refresh_token"]))
    assert stack.me(tokens["access_token"]).status_code == 200


def test_a_public_client_revokes_its_own(stack, public, user):
    tokens = flow(stack, public, user)
    done(stack.post("/oauth/revoke", {"token": tokens["access_token"],
                                      "client_id": public.client_id}))
    assert stack.me(tokens["access_token"]).status_code == 401


# -- introspection (RFC 7662)

def introspect(stack, c, token, **data):
    r = stack.post("/oauth/introspect", {"token": token, **data}, c)
    assert r.status_code == 200, r.text
    return r.json()


def test_introspect(stack, client, user):
    tokens = flow(stack, client, user, scope="email")
    got = introspect(stack, client, tokens["access_token"])
    assert got["exp"] - got["iat"] == 3600
    assert {k: got[k] for k in ("active", "scope", "client_id", "username",
                                "token_type", "sub")} == {
        "active": True, "scope": "email", "client_id": client.client_id,
        "username": user.username, "token_type": "Bearer", "sub": user.sub}
    for hint in ("access_token", "refresh_token"):
        assert introspect(stack, client, tokens["access_token"],
                          token_type_hint=hint)["active"]
    got = introspect(stack, client, tokens["refresh_token"])
    assert got["active"] and "token_type" not in got


def test_introspection_is_for_the_audience(stack, user):
    """E64."""
    api, stranger = stack.register_client(), stack.register_client()
    c = stack.register_client(audience=[api.client_id])
    tokens = flow(stack, c, user)
    assert introspect(stack, api, tokens["access_token"]) == introspect(
        stack, c, tokens["access_token"])
    inactive = {"active": False}
    assert introspect(stack, api, tokens["refresh_token"]) == inactive
    assert introspect(stack, stranger, tokens["access_token"]) == inactive
    for token in ("x", "pat0_" + "A" * 43, "pac0_" + "A" * 43):
        assert introspect(stack, c, token) == inactive
    revoke(stack, c, tokens["access_token"])
    assert introspect(stack, c, tokens["access_token"]) == inactive


def test_introspection_errors(stack, client, public, user):
    refused(stack.post("/oauth/introspect", {}, client), 400,
            "invalid_request")
    refused(stack.post("/oauth/introspect", {"token": "x"}), 401,
            "invalid_client")
    tokens = flow(stack, public, user)
    refused(stack.post("/oauth/introspect", {
        "token": tokens["access_token"], "client_id": public.client_id}),
        401, "invalid_client")
    refused(stack.post("/oauth/introspect", {
        "token": "x", "token_type_hint": "x"}, client), 400,
        "unsupported_token_type")


# -- the bearer check (RFC 6750)

def me(stack, header=None, query=""):
    return requests.get(stack.url + "/api/me" + query, timeout=30,
                        headers={"Authorization": header} if header else {})


def challenge(r, status, error):
    assert r.status_code == status, r.text
    assert r.headers["Cache-Control"] == "no-store"
    got = r.headers["WWW-Authenticate"]
    assert got.startswith('Bearer realm="postern"')
    assert (f'error="{error}"' in got) if error else ("error" not in got)


def test_me(stack, client, user):
    token = flow(stack, client, user)["access_token"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        r = me(stack, f"{scheme} {token}")
        assert r.json() == {"id": user.sub, "username": user.username}
    r = requests.head(stack.url + "/api/me", timeout=30, headers={
        "Authorization": "Bearer " + token})
    assert r.status_code == 200 and r.content == b""


def test_no_token(stack):
    """Section 3.1: no error code where no token was sent."""
    for header in (None, "Basic " + b64("a:b"), "invalid token"):
        challenge(me(stack, header), 401, None)


def test_malformed_tokens(stack, client, user):
    """E62."""
    token = flow(stack, client, user)["access_token"]
    for header in ("Bearer", "Bearer \t" + token, f"Bearer {token} {token}",
                   f"Bearer {token},", 'Bearer "x"'):
        challenge(me(stack, header), 400, "invalid_request")
    challenge(me(stack, "Bearer\t" + token), 401, None)


def test_tokens_that_are_none(stack, client, user):
    tokens = flow(stack, client, user)
    for token in ("x", "pat0_" + "A" * 43, tokens["refresh_token"],
                  tokens["access_token"][:-1], tokens["access_token"] + "a",
                  "pat9" + tokens["access_token"][4:]):
        challenge(me(stack, "Bearer " + token), 401, "invalid_token")


def test_token_in_the_query(stack, client, user):
    """E61."""
    token = flow(stack, client, user)["access_token"]
    r = me(stack, query="?access_token=" + token)
    challenge(r, 400, "invalid_request")
    r = me(stack, "Bearer " + token, query="?access_token=" + token)
    challenge(r, 400, "invalid_request")


def test_expired_and_ended(stack, client):
    u = stack.create_user()
    ways = {
        "expired": "UPDATE oauth.access_token SET expires_at = now()"
                   " WHERE client_id = %(client)s",
        "user": "SELECT oauth.disable_user(%(user)s)",
    }
    for way, statement in ways.items():
        tokens = flow(stack, client, u)
        assert stack.me(tokens["access_token"]).status_code == 200
        with stack.db() as db, db.cursor() as c:
            c.execute(statement, {"client": client.client_id,
                                  "user": u.username})
        challenge(stack.me(tokens["access_token"]), 401, "invalid_token")
        [[why]] = stack.sql("SELECT oauth.explain(%s)",
                            tokens["access_token"])
        assert "refused" in why, (way, why)


def test_a_client_is_nobody(stack, client):
    r = stack.token(client, grant_type="client_credentials")
    challenge(stack.me(r.json()["access_token"]), 403, "insufficient_scope")


# -- what is stored (K129)

def test_nothing_usable_is_stored(stack, public):
    u = stack.create_user()
    browser = Browser(stack)
    code, verifier, _ = get_code(stack, public, u, browser)
    tokens = redeem(stack, public, code, verifier).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    cookie = [c.value for c in browser.cookies if "session" in c.name]
    tables = [t for [t] in stack.sql(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'oauth'::regnamespace")]
    assert len(tables) > 20
    stored = "".join(str(stack.sql(f"SELECT t::text FROM {t} t"))
                     for t in tables)
    for secret in [code, tokens["access_token"], tokens["refresh_token"],
                   u.password, *cookie]:
        bare = secret.split("_", 1)[-1] if secret[0] == "p" else secret
        assert secret not in stored
        raw = base64.urlsafe_b64decode(bare + "=") if len(bare) == 43 \
            else bare.encode()
        assert raw.hex() not in stored
