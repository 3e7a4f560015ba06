"""The JWT bearer grant (RFC 7523 section 2.1): an assertion says which person
a token is for."""
import base64
import json
import secrets
import time

import pytest
import requests

from client_assertion import hs256, reason, secret_key, set_client
from client_jwt import ALGS, Host, b64, new_key, public, sign
from jwt_bearer import GRANTS, GRANT_TYPE, ask, claims, invalid
from postern_stack import Client, flow, remember
from token_endpoint import issued, refused


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client(stack, key):
    return stack.register_client(grant_types=GRANTS, jwks=public(key),
                                 scope="profile email calendar")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module", autouse=True)
def consent(stack, client, user):
    """The person has been there, and granted this."""
    flow(stack, client, user, scope="profile email")


@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


@pytest.fixture
def assertion(stack, client, user, key):
    def make(alg="ES256", header=None, **changed):
        return sign(key, claims(stack, client.client_id, user, **changed), alg,
                    **(header or {}))
    return make


# -- by the client itself

def test_token(stack, client, user, assertion):
    """It is the person's, it is all there is, and it can be revoked."""
    got = issued(ask(stack, client, assertion()))
    assert "refresh_token" not in got and "id_token" not in got
    assert sorted(got["scope"].split()) == ["email", "profile"]
    me = stack.me(got["access_token"])
    assert me.status_code == 200 and me.json()["id"] == user.sub
    r = stack.post("/oauth/introspect", {"token": got["access_token"]}, client)
    assert r.json()["sub"] == user.sub
    [[grant_type, scope]] = stack.sql(
        "SELECT grant_type, scope FROM oauth.authorization_grant"
        " ORDER BY authorization_id DESC LIMIT 1")
    assert grant_type == GRANT_TYPE and scope == got["scope"]
    stack.post("/oauth/revoke", {"token": got["access_token"]}, client)
    assert stack.me(got["access_token"]).status_code == 401


def test_log(stack, client, user, assertion):
    issued(ask(stack, client, assertion()))
    line = json.loads(stack.log_lines()[-1])
    assert line["client_id"] == client.client_id
    assert line["user"] == user.sub and line["trips"] <= 3


def test_audiences(stack, client, assertion):
    for aud in (stack.url, stack.url + "/oauth/token", [stack.url]):
        issued(ask(stack, client, assertion(aud=aud)))
    for aud in (stack.url + "/", stack.url + "/oauth/revoke", 1, [], None,
                [stack.url, "https://other.test"], "https://other.test",
                client.client_id):
        invalid(ask(stack, client, assertion(aud=aud)))


@pytest.mark.parametrize("change", [
    {"iss": None}, {"iss": 1}, {"iss": ""}, {"iss": "other"},
    {"sub": None}, {"sub": 1}, {"sub": ""}, {"sub": []},
    {"exp": None}, {"exp": 0}, {"exp": "9999999999"}, {"exp": 9999999999},
    {"nbf": 9999999999}, {"iat": 9999999999}, {"nbf": "0"},
    {"jti": 1}, {"jti": ""}, {"jti": "x" * 257}, {"sub": "a\u0000b"},
], ids=str)
def test_claims(stack, client, assertion, change):
    invalid(ask(stack, client, assertion(**change)))


def test_clocks(stack, client, assertion):
    now = int(time.time())
    for good in ({"iat": now + 10}, {"nbf": now + 10}, {"exp": now + 3600},
                 {"iat": None}):
        issued(ask(stack, client, assertion(**good)))
    for bad in ({"iat": now + 61}, {"nbf": now + 61}, {"exp": now - 1},
                {"exp": now + 3700}):
        invalid(ask(stack, client, assertion(**bad)))


def test_types(stack, client, assertion):
    for typ in ("JWT", "authorization-grant+jwt"):
        issued(ask(stack, client, assertion(header={"typ": typ})))
    for typ in ("client-authentication+jwt", "oauth-authz-req+jwt", "at+jwt",
                "dpop+jwt", "logout+jwt", ""):
        invalid(ask(stack, client, assertion(header={"typ": typ})),
                "typ is not that of a grant's assertion", stack)


@pytest.mark.parametrize("alg", ALGS)
def test_algorithms(stack, user, alg):
    key = new_key(ALGS[alg])
    c = stack.register_client(grant_types=GRANTS, jwks=public(key))
    flow(stack, c, user)
    issued(ask(stack, c, sign(key, claims(stack, c.client_id, user), alg)))


def test_jti(stack, client, assertion):
    """Where there is one it is used once; none may be used till it expires
    (RFC 7523 section 3, point 7: both as we like)."""
    once = assertion(jti=secrets.token_hex(8))
    issued(ask(stack, client, once))
    invalid(ask(stack, client, once), "the jti was used before", stack)
    often = assertion()
    for _ in range(2):
        issued(ask(stack, client, often))


def test_signature(stack, client, user, assertion):
    """Another's key, a changed payload, no signature, the public key as a
    secret (CVE-2015-9235)."""
    other = new_key()
    for kid in (None, other["kid"]):
        invalid(ask(stack, client, sign(other, claims(
            stack, client.client_id, user), kid=kid)))
    head, payload, signature = assertion().split(".")
    for text in (f"{head}.{payload}.", f"{head}.{payload}",
                 f"{head}.{b64('{}')}.{signature}",
                 b64('{"alg":"none"}') + f".{payload}.{signature}"):
        invalid(ask(stack, client, text))
    key = new_key("RSA")
    c = stack.register_client(grant_types=GRANTS, jwks=public(key))
    flow(stack, c, user)
    text = b64('{"alg":"HS256"}') + "." + b64(json.dumps(claims(
        stack, c.client_id, user)))
    for secret in (key.export_to_pem(), key.export_public().encode(),
                   c.client_secret.encode()):
        invalid(ask(stack, c, f"{text}.{hs256(secret, text)}"))


def test_secret(stack, user):
    """A client of client_secret_jwt signs with that."""
    [[c]] = stack.sql("SELECT client_id FROM oauth.register_client(%s)",
                      json.dumps({
                          "token_endpoint_auth_method": "client_secret_jwt",
                          "redirect_uris": ["https://client.test/cb"],
                          "grant_types": GRANTS, "scope": "profile"}))
    secret = stack.postern("client-secret", c)
    remember(secret)
    key = secret_key(secret)

    def token(**data):
        me = {"iss": c, "sub": c, "aud": stack.url, "exp": time.time() + 60,
              "jti": secrets.token_hex(8)}
        return stack.post("/oauth/token", {
            "client_assertion_type": "urn:ietf:params:oauth:"
            "client-assertion-type:jwt-bearer",
            "client_assertion": sign(key, me, "HS256"),
            "grant_type": GRANT_TYPE, **data})

    stack.sql("INSERT INTO oauth.consent (user_id, client_id, scope) SELECT"
              " user_id, %s, 'profile' FROM oauth.end_user WHERE sub = %s",
              c, user.sub)
    issued(token(assertion=sign(key, claims(stack, c, user), "HS256")))
    wrong = secret_key("x" * 47)
    invalid(token(assertion=sign(wrong, claims(stack, c, user), "HS256")))


def test_client_assertion_is_no_grant(stack, client, key):
    """What says who the client is, says not who a person is; nor if somebody
    has named a person so."""
    now = int(time.time())
    c = client.client_id
    text = sign(key, {"iss": c, "sub": c, "aud": stack.url, "exp": now + 60})
    invalid(ask(stack, client, text),
            "sub is the issuer or the client, and no person", stack)


# -- the client

def test_not_authenticated(stack, client, assertion):
    """An assertion about a person is none about the client."""
    for r in (ask(stack, Client(client.client_id, "x"), assertion()),
              stack.post("/oauth/token", {
                  "grant_type": GRANT_TYPE, "assertion": assertion()}),
              stack.post("/oauth/token", {
                  "grant_type": GRANT_TYPE, "assertion": assertion(),
                  "client_id": client.client_id})):
        refused(r, 401, "invalid_client")


def test_another_client(stack, user, assertion):
    """The assertion of one client is not another's to use."""
    other = stack.register_client(grant_types=GRANTS)
    flow(stack, other, user)
    invalid(ask(stack, other, assertion()), "the issuer is not trusted", stack)


def test_not_among_grant_types(stack, user, key):
    c = stack.register_client(jwks=public(key))
    flow(stack, c, user)
    refused(ask(stack, c, sign(key, claims(stack, c.client_id, user))),
            400, "unauthorized_client")


def test_public_client(stack, user, key):
    """It has no secret, and needs none where the assertion says it all."""
    c = stack.register_client(grant_types=GRANTS, jwks=public(key),
                              token_endpoint_auth_method="none")
    flow(stack, c, user)
    r = stack.post("/oauth/token", {
        "grant_type": GRANT_TYPE, "client_id": c.client_id,
        "assertion": sign(key, claims(stack, c.client_id, user))})
    issued(r)


def test_jwt_access_token(stack, user, key):
    """Where the client's tokens are JWTs, this one is."""
    c = stack.register_client(grant_types=GRANTS, jwks=public(key),
                              access_token_format="jwt")
    flow(stack, c, user)
    time.sleep(1.1)     # iat is in seconds, and the client not that old
    token = issued(ask(stack, c, sign(key, claims(
        stack, c.client_id, user))))["access_token"]
    assert token.count(".") == 2
    payload = json.loads(base64.urlsafe_b64decode(
        token.split(".")[1] + "=="))
    assert payload["sub"] == user.sub and payload["client_id"] == c.client_id
    assert "auth_time" not in payload and "amr" not in payload
    assert stack.me(token).json()["id"] == user.sub


def test_jwks_uri(stack, host, user, key):
    host.keys(key)
    c = stack.register_client(grant_types=GRANTS)
    set_client(stack, c.client_id, "jwks_uri", host.base + "/")
    flow(stack, c, user)
    for _ in range(3):
        issued(ask(stack, c, sign(key, claims(stack, c.client_id, user))))
    assert len(host.hits) == 1


# -- Authlib: test_jwt_bearer_grant, by the names of its tests

def test_authlib_missing_assertion(stack, client):
    r = stack.token(client, grant_type=GRANT_TYPE)
    assert "assertion" in refused(r, 400, "invalid_request")


def test_authlib_invalid_assertion(stack, client, assertion):
    """An unknown sub."""
    invalid(ask(stack, client, assertion(sub="none")))


def test_authlib_authorize_token(stack, client, user):
    """As its own client library signs it."""
    from authlib.oauth2.rfc7523 import JWTBearerGrant
    rsa = new_key("RSA")
    c = stack.register_client(grant_types=GRANTS, jwks=public(rsa))
    flow(stack, c, user)
    made = JWTBearerGrant.sign(
        rsa.export_to_pem(private_key=True, password=None),
        issuer=c.client_id, audience=stack.url + "/oauth/token",
        subject=user.sub, issued_at=int(time.time()),
        header={"alg": "RS256", "kid": rsa["kid"]})
    issued(ask(stack, c, made.decode()))


def test_authlib_unauthorized_client(stack, user, key):
    c = stack.register_client(jwks=public(key))
    r = ask(stack, c, sign(key, claims(stack, c.client_id, user)))
    refused(r, 400, "unauthorized_client")


def test_authlib_token_generator(stack, client, assertion):
    """What a token looks like is ours to say: pat."""
    got = issued(ask(stack, client, assertion()))
    assert got["access_token"].startswith("pat")


def test_authlib_jwt_bearer_token_generator(stack, user, key):
    test_jwt_access_token(stack, user, key)


def test_authlib_sub_cast_to_string(stack, client, assertion):
    """There the library casts it; here a subject is a string (RFC 7519 section
    4.1.2)."""
    invalid(ask(stack, client, assertion(sub=1)),
            "sub is missing or no string", stack)


def test_authlib_text_payload(stack, client, key):
    invalid(ask(stack, client, sign(key, "text")),
            "the assertion's payload is no JSON object", stack)


def test_authlib_missing_assertion_claims(stack, client, assertion):
    for name in ("iss", "sub", "aud", "exp"):
        invalid(ask(stack, client, assertion(**{name: None})))
        assert reason(stack).startswith(name + " is missing")


def test_authlib_invalid_audience(stack, client, assertion):
    invalid(ask(stack, client, assertion(aud="https://other.test")),
            "aud is not us", stack)


def test_authlib_malformed_assertion(stack, client):
    invalid(ask(stack, client, "not-a-jwt"), "the assertion is no JWS", stack)


def test_authlib_non_object_payload(stack, client, key):
    invalid(ask(stack, client, sign(key, "[]")),
            "the assertion's payload is no JSON object", stack)


def test_authlib_missing_iss(stack, client, assertion):
    invalid(ask(stack, client, assertion(iss=None)),
            "iss is missing or no string", stack)


def test_authlib_non_string_iss(stack, client, assertion):
    invalid(ask(stack, client, assertion(iss=123)),
            "iss is missing or no string", stack)


def test_authlib_unknown_issuer(stack, client, assertion):
    invalid(ask(stack, client, assertion(iss="unknown")),
            "the issuer is not trusted", stack)


def test_metadata(stack):
    document = requests.get(
        stack.url + "/.well-known/oauth-authorization-server",
        timeout=30).json()
    assert GRANT_TYPE in document["grant_types_supported"]
