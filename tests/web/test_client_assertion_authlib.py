"""Client assertions with Authlib: test_jwt_bearer_client_auth, by the names of
its tests."""
import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT

from client_assertion import (GRANT, TYPE, claims, denied, reason, register,
                              register_with_secret, secret_key, send)
from client_jwt import new_key, sign
from token_endpoint import issued


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client_id(stack, key):
    return register(stack, key)


@pytest.fixture
def assertion(stack, client_id, key):
    """assertion(alg=..., header={...}, iss=..., ...): signed by the key."""
    def make(alg="ES256", header=None, **changed):
        return sign(key, claims(stack, client_id, **changed), alg,
                    **(header or {}))
    return make


@pytest.fixture(scope="module")
def secret_client(stack):
    return register_with_secret(stack)


def session(stack, client_id, secret, method):
    s = OAuth2Session(client_id, secret,
                      token_endpoint_auth_method=method.name)
    s.register_client_auth_method(method)
    s.trust_env = False
    return s


def test_authlib_invalid_client(stack, client_id):
    denied(stack.post("/oauth/token", {
        **GRANT, "client_assertion_type": TYPE}))
    denied(stack.post("/oauth/token", {
        **GRANT, "client_assertion_type": TYPE, "client_id": client_id}))


def test_authlib_invalid_jwt(stack, secret_client):
    """A wrong secret."""
    denied(send(stack, sign(secret_key("invalid-secret" * 3), claims(
        stack, secret_client.client_id), "HS256")))


def test_authlib_not_found_client(stack, key):
    denied(send(stack, sign(key, claims(stack, "unknown"))))
    assert reason(stack) == "no such client"


def test_authlib_not_supported_auth_method(stack, key):
    c = register(stack, key, token_endpoint_auth_method="client_secret_basic")
    denied(send(stack, sign(key, claims(stack, c))))


def test_authlib_client_secret_jwt(stack, secret_client):
    """Its own client, as it comes."""
    c, secret = secret_client
    url = stack.url + "/oauth/token"
    for method in (ClientSecretJWT(url), ClientSecretJWT(None)):
        with session(stack, c, secret, method) as s:
            assert s.fetch_token(url, **GRANT)["access_token"]


def test_authlib_private_key_jwt(stack):
    """RS256, signed by its own client."""
    key = new_key("RSA")
    c = register(stack, key)
    url = stack.url + "/oauth/token"
    pem = key.export_to_pem(private_key=True, password=None).decode()
    with session(stack, c, pem, PrivateKeyJWT(url)) as s:
        assert s.fetch_token(url, **GRANT)["access_token"]


def test_authlib_not_validate_jti(stack, assertion):
    """There it can be turned off; here it is always looked at (OpenID Connect
    Core section 9: "jti REQUIRED")."""
    denied(send(stack, assertion(jti=None)))
    assert reason(stack) == "jti is missing"


def test_authlib_validate_jti_failed(stack, assertion):
    once = assertion()
    issued(send(stack, once))
    denied(send(stack, once))
    assert "jti" in reason(stack)


def test_authlib_issuer_as_audience(stack, assertion):
    issued(send(stack, assertion(aud=stack.url)))


def test_authlib_invalid_assertion(stack, key):
    """The payload is text."""
    denied(send(stack, sign(key, "text")))
    assert reason(stack) == "the assertion's payload is no JSON object"


def test_authlib_missing_exp(stack, assertion):
    denied(send(stack, assertion(exp=None)))
    assert reason(stack) == "exp is missing"


def test_authlib_iss_sub_mismatch(stack, assertion):
    denied(send(stack, assertion(iss="other")))
    assert reason(stack) == "iss and sub are not the same"


def test_authlib_missing_jti(stack, assertion):
    denied(send(stack, assertion(jti=None)))
    assert reason(stack) == "jti is missing"


def test_authlib_malformed_assertion(stack):
    denied(send(stack, "not-a-jwt"))
    assert reason(stack) == "the assertion is no JWS"


def test_authlib_non_object_payload(stack, key):
    denied(send(stack, sign(key, "[]")))
    assert reason(stack) == "the assertion's payload is no JSON object"


def test_authlib_missing_sub(stack, assertion):
    denied(send(stack, assertion(sub=None)))
    assert reason(stack) == "sub is missing or no string"


def test_authlib_non_string_sub(stack, assertion):
    denied(send(stack, assertion(sub=123)))
    assert reason(stack) == "sub is missing or no string"
