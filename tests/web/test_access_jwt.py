"""Access tokens that carry themselves (RFC 9068): Authlib's cases of
rfc9068 by their names, and what a forger would try."""
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from logout import claims, header, our_key, register, sign, sign_in
from postern_stack import Browser, flow, redeem, remember  # noqa: F401
from token_endpoint import refused


@pytest.fixture(scope="module")
def client(stack):
    return register(stack, access_token_format="jwt",
                    grant_types=["authorization_code", "refresh_token",
                                 "client_credentials"])


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user(name="Ada Lovelace")


@pytest.fixture(scope="module")
def token(stack, client, user):
    return flow(stack, client, user,
                scope="openid profile")["access_token"]


@pytest.fixture(scope="module")
def forge(stack, token):
    """forge(claim=..., header={...}): the same with our own signature."""
    with our_key(stack) as key:
        def make(head=None, **changed):
            payload = {**claims(token), **changed}
            return sign(key, {k: v for k, v in payload.items()
                              if v is not None}, typ="at+jwt",
                        **(head or {})) if not (head or {}).get("typ") \
                else sign(key, {k: v for k, v in payload.items()
                                if v is not None}, **head)
        yield make


def introspect(stack, client, token, **data):
    r = stack.post("/oauth/introspect", {"token": token, **data}, client)
    assert r.status_code == 200, r.text
    return r.json()


def is_good(stack, client, token):
    """At each of our own resources, and to whoever asks."""
    good = stack.me(token).status_code == 200
    assert introspect(stack, client, token)["active"] is good
    userinfo = requests.get(stack.url + "/oauth/userinfo", timeout=30,
                            headers={"Authorization": "Bearer " + token})
    assert (userinfo.status_code == 200) is good
    assert not good or ": good, if" in explained(stack, token)
    return good


def explained(stack, token):
    [[text]] = stack.sql("SELECT oauth.explain(%s)", token)
    return text


# -- test_token_generation

def test_generate_jwt_access_token(stack, client, user, token):
    said = claims(token)
    now = time.time()
    assert said["iss"] == stack.url == said["aud"]
    assert said["sub"] == user.sub
    assert said["client_id"] == client.client_id
    assert said["scope"].split() == ["openid", "profile"]
    assert said["jti"] and now - 60 < said["iat"] <= now + 1
    assert said["exp"] == said["iat"] + 3600
    assert header(token)["typ"] == "at+jwt" and header(token)["kid"]


def test_generate_jwt_access_token_extra_claims(stack, client, user, token):
    """Nothing of the person but what identifies them."""
    assert set(claims(token)) == {
        "iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp",
        "auth_time", "acr", "amr", "grant_id"}


def test_generate_jwt_access_token_no_user(stack, client):
    """RFC 9068 section 5: the client, where it acts for nobody."""
    r = stack.token(client, grant_type="client_credentials", scope="profile")
    made = r.json()["access_token"]
    remember(made)
    assert claims(made)["sub"] == client.client_id
    assert "auth_time" not in claims(made)
    assert stack.me(made).status_code == 403
    assert introspect(stack, client, made)["active"] is True


def test_optional_claims(token):
    said = claims(token)
    assert said["auth_time"] <= said["iat"]
    assert said["amr"] == ["pwd"] and said["acr"]


def test_no_row(stack, client, token):
    """Self-contained: there is none, and none for the next."""
    [[rows]] = stack.sql("SELECT count(*) FROM oauth.access_token"
                         " WHERE client_id = %s", client.client_id)
    assert rows == 0


def test_audience(stack, user):
    at = register(stack, access_token_format="jwt",
                  access_token_audience="https://api.test/")
    made = flow(stack, at, user, scope="openid")["access_token"]
    assert claims(made)["aud"] == "https://api.test/"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_algorithms(stack, user, alg):
    at = register(stack, access_token_format="jwt",
                  access_token_signed_response_alg=alg)
    made = flow(stack, at, user, scope="openid")["access_token"]
    assert header(made)["alg"] == alg
    assert is_good(stack, at, made)


# -- test_resource_server

def test_access_resource(stack, client, user, token):
    assert stack.me(token).json()["id"] == user.sub
    assert is_good(stack, client, token)


def test_missing_authorization(stack):
    r = requests.get(stack.url + "/api/me", timeout=30)
    assert r.status_code == 401
    assert r.headers["WWW-Authenticate"].startswith("Bearer")


def test_unsupported_token_type(stack, token):
    r = requests.get(stack.url + "/api/me", timeout=30,
                     headers={"Authorization": "invalid " + token})
    assert r.status_code == 401


@pytest.mark.parametrize("made", [
    "invalid", "a.b.c", "..", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."])
def test_invalid_token(stack, client, made):
    assert not is_good(stack, client, made)


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt"])
def test_typ(stack, client, forge, typ):
    assert is_good(stack, client, forge({"typ": typ}))


@pytest.mark.parametrize("typ", ["JWT", "invalid", "logout+jwt",
                                 "oauth-authz-req+jwt"])
def test_invalid_typ(stack, client, forge, typ):
    """RFC 9068 section 4: an ID token is no access token."""
    assert not is_good(stack, client, forge({"typ": typ}))


def test_an_id_token(stack, client, user):
    got = flow(stack, client, user, scope="openid")
    assert not is_good(stack, client, got["id_token"])


@pytest.mark.parametrize("claim", ["iss", "exp", "aud", "sub", "client_id",
                                   "iat", "jti"])
def test_missing_required_claims(stack, client, forge, claim):
    assert is_good(stack, client, forge())
    assert not is_good(stack, client, forge(**{claim: None}))


@pytest.mark.parametrize("changed", [
    {"iss": "https://other.test"}, {"aud": []}, {"exp": 1},
    {"exp": "invalid"}, {"client_id": "nobody"}, {"client_id": 1}, {"sub": 1}, {"jti": 1},
    {"iat": "invalid"}, {"scope": ["openid"]}, {"grant_id": "x"},
    {"auth_time": "invalid"}, {"amr": "invalid"}, {"amr": ["pwd", 1]},
    {"acr": 1}, {"grant_id": "999999999"}, {"grant_id": 1}, {"grant_id": None}],
    ids=lambda c: "-".join(map(str, *c.items())) or "empty")
def test_invalid_claims(stack, client, forge, changed):
    """invalid_iss, invalid_aud, expired_token and their like."""
    assert not is_good(stack, client, forge(**changed))


def test_for_another_resource(stack, client, forge):
    """Section 4: it opens nothing here; who may ask is told whose it is."""
    made = forge(aud="https://other.test")
    assert stack.me(made).status_code == 401
    assert introspect(stack, client, made)["aud"] == "https://other.test"


def test_the_signature(stack, client, token, forge):
    head, payload, signature = token.split(".")
    for made in (f"{head}.{payload}.", f"{head}.{payload}.{signature[:-4]}",
                 f"{head}.{forge().split('.')[1]}.{signature}",
                 f"{head}.{payload}.{signature}.", f".{payload}.{signature}",
                 token + "A"):
        assert not is_good(stack, client, made)


def test_scope_restriction(stack, client, user):
    made = flow(stack, client, user, scope="profile")["access_token"]
    r = requests.get(stack.url + "/oauth/userinfo", timeout=30,
                     headers={"Authorization": "Bearer " + made})
    assert r.status_code == 403
    assert 'error="insufficient_scope"' in r.headers["WWW-Authenticate"]


# -- test_token_introspection

def test_introspection(stack, client, user, token):
    said = introspect(stack, client, token)
    assert said["active"] is True
    assert said["client_id"] == client.client_id
    assert said["token_type"] == "Bearer"
    assert said["scope"].split() == ["openid", "profile"]
    assert said["sub"] == user.sub and said["iss"] == stack.url
    assert said["username"] == user.username
    assert said["aud"] == stack.url or said["aud"] == [stack.url]
    assert said["jti"] == claims(token)["jti"]


def test_introspection_with_a_hint(stack, client, token):
    for hint in ("access_token", "refresh_token"):
        assert introspect(stack, client, token,
                          token_type_hint=hint)["active"] is True


def test_permission_denied(stack, token):
    """Another client, for whom it is not."""
    assert introspect(stack, stack.register_client(), token) == {
        "active": False}


# -- test_token_revocation; Authlib answers unsupported_token_type

def revoke(stack, client, token, **data):
    r = stack.post("/oauth/revoke", {"token": token, **data}, client)
    assert r.status_code == 200
    assert r.json() == {}


def test_revocation(stack, client, user):
    made = flow(stack, client, user, scope="openid")["access_token"]
    other = flow(stack, client, user, scope="openid")["access_token"]
    assert is_good(stack, client, made)
    revoke(stack, stack.register_client(), made)
    assert is_good(stack, client, made)
    revoke(stack, client, made)
    revoke(stack, client, made)
    assert not is_good(stack, client, made)
    assert is_good(stack, client, other)


@pytest.mark.parametrize("hint", ["access_token", "refresh_token"])
def test_revocation_with_a_hint(stack, client, user, hint):
    """RFC 7009 section 2.1: looked for among the others, too."""
    made = flow(stack, client, user, scope="openid")["access_token"]
    revoke(stack, client, made, token_type_hint=hint)
    assert not is_good(stack, client, made)


def test_revocation_of_what_is_not_ours(stack, client, token, forge):
    """Another issuer's, and no JWT at all: 200, and nothing ends."""
    for made in (forge(iss="https://other.test", jti=claims(token)["jti"]),
                 forge({"typ": "JWT"}), "a.b.c", "invalid"):
        revoke(stack, client, made)
    assert is_good(stack, client, token)


def test_of_its_grant(stack, client, user):
    """With the refresh token, and with the person."""
    got = flow(stack, client, user, scope="openid")
    revoke(stack, client, got["refresh_token"])
    assert not is_good(stack, client, got["access_token"])
    got = flow(stack, client, user, scope="openid")
    again = stack.token(client, grant_type="refresh_token",
                        refresh_token=got["refresh_token"]).json()
    remember(again["access_token"])
    assert again["access_token"] != got["access_token"]
    assert is_good(stack, client, again["access_token"])
    stack.sql("SELECT oauth.sign_out_everywhere(%s)", user.username)
    for made in (got, again):
        assert not is_good(stack, client, made["access_token"])


def test_of_its_client(stack, user):
    one = register(stack, access_token_format="jwt")
    made = flow(stack, one, user, scope="openid")["access_token"]
    asks = stack.register_client()
    stack.sql("SELECT oauth.change_client(%s, %s)", one.client_id,
              '{"audience": ["%s"]}' % asks.client_id)
    assert introspect(stack, asks, made)["active"] is True
    stack.sql("SELECT oauth.disable_client(%s)", one.client_id)
    assert introspect(stack, asks, made) == {"active": False}
    assert stack.me(made).status_code == 401
    stack.sql("SELECT oauth.enable_client(%s)", one.client_id)
    assert stack.me(made).status_code == 200
    stack.sql("SELECT oauth.revoke_client_tokens(%s)", one.client_id)
    assert stack.me(made).status_code == 401


def test_of_a_disabled_user(stack, client):
    who = stack.create_user()
    made = flow(stack, client, who, scope="openid")["access_token"]
    stack.sql("SELECT oauth.disable_user(%s)", who.username)
    assert not is_good(stack, client, made)
    assert "refused: the user is disabled" in explained(stack, made)


def test_a_withdrawn_key(stack, client, user):
    fresh = flow(stack, client, user,
                 scope="openid profile")["access_token"]
    with our_key(stack) as key:
        made = sign(key, claims(fresh), typ="at+jwt")
        assert is_good(stack, client, made)
        stack.sql("SELECT oauth.withdraw_key(%s)", key.get("kid"))
        assert not is_good(stack, client, made)
        assert "the key that signed it was withdrawn" in explained(stack, made)


def test_not_a_refresh_token(stack, client, token):
    refused(stack.token(client, grant_type="refresh_token",
                        refresh_token=token), 400, "invalid_grant")


def test_of_the_implicit_grant(stack, user):
    """RFC 6749 section 4.2.2: one that carries itself, too, and good."""
    at = register(stack, access_token_format="jwt", scope="openid profile",
                  grant_types=["implicit"], response_types=["token"],
                  token_endpoint_auth_method="none")
    browser = Browser(stack)
    r = browser.authorize(client_id=at.client_id, response_type="token",
                          scope="profile", state="s")
    r = browser.sign_in(r, user.username, user.password)
    r = browser.consent(r)
    got = dict(parse_qsl(urlsplit(r.headers["Location"]).fragment))
    remember(got["access_token"])
    assert got["token_type"] == "Bearer" and got["state"] == "s"
    assert claims(got["access_token"])["client_id"] == at.client_id
    assert stack.me(got["access_token"]).json()["id"] == user.sub
    [[rows]] = stack.sql("SELECT count(*) FROM oauth.access_token"
                         " WHERE client_id = %s", at.client_id)
    assert rows == 0
