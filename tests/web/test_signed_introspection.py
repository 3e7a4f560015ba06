"""JWT responses of introspection (RFC 9701)."""
import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken

from postern_stack import flow

TYPE = "application/token-introspection+jwt"


def introspect(stack, client, token, accept=TYPE):
    return stack.post("/oauth/introspect", {"token": token}, client,
                      headers={"Accept": accept})


def decode(stack, text, alg="RS256"):
    keys = JsonWebKey.import_key_set(
        requests.get(stack.url + "/oauth/jwks", timeout=30).json())
    return JsonWebToken([alg]).decode(text, keys)


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client(scope="openid profile")


def test_active(stack, client):
    """RFC 9701 section 5."""
    user = stack.create_user()
    tokens = flow(stack, client, user, scope="openid profile")
    r = introspect(stack, client, tokens["access_token"])
    assert r.status_code == 200
    assert r.headers["Content-Type"] == TYPE
    assert "no-store" in r.headers["Cache-Control"]
    claims = decode(stack, r.text)
    assert claims.header["typ"] == "token-introspection+jwt"
    assert claims["iss"] == stack.url
    assert claims["aud"] == client.client_id
    assert isinstance(claims["iat"], int)
    # Section 5: "MUST NOT contain sub or exp [...] as top-level claims".
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}
    inner = claims["token_introspection"]
    plain = introspect(stack, client, tokens["access_token"], "*/*").json()
    assert inner == plain
    assert inner["active"] is True and inner["sub"] == user.sub


def test_not_active(stack, client):
    r = introspect(stack, client, "pat0_" + "x" * 43)
    assert decode(stack, r.text)["token_introspection"] == {"active": False}


@pytest.mark.parametrize("accept,signed", [
    (TYPE, True), (TYPE.upper(), True), ("application/json, " + TYPE, True),
    (TYPE + ";q=0.9, */*", True), ("text/html,  " + TYPE + " ;q=1", True), ("application/json", False),
    ("*/*", False), ("application/*", False), (TYPE + "x", False)])
def test_who_asks_for_it_gets_it(stack, client, accept, signed):
    r = introspect(stack, client, "x", accept)
    assert r.status_code == 200
    assert (r.headers["Content-Type"] == TYPE) is signed


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_by_the_registered_algorithm(stack, alg):
    client = stack.register_client(introspection_signed_response_alg=alg)
    r = introspect(stack, client, "x")
    assert decode(stack, r.text, alg).header["alg"] == alg


def test_an_error_is_plain(stack, client):
    r = stack.post("/oauth/introspect", {"token": "x"},
                   client._replace(client_secret="wrong"),
                   headers={"Accept": TYPE})
    assert r.status_code == 401
    assert r.json()["error"] == "invalid_client"
