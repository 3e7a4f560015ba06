"""JWT Secured Authorization Response Mode (JARM), attack 90."""
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken
from postern_stack import Browser, get_code, hidden_fields, pkce, redeem

MODES = ["query.jwt", "fragment.jwt", "form_post.jwt", "jwt"]


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client(scope="openid profile", grant_types=[
        "authorization_code", "implicit"], response_types=[
            "code", "code id_token", "token"])


def decode(stack, response, alg="RS256"):
    keys = JsonWebKey.import_key_set(
        requests.get(stack.url + "/oauth/jwks", timeout=30).json())
    return JsonWebToken([alg]).decode(response, keys)


def ask(stack, client, user, mode, **params):
    """-> the place, its parameters, the code_verifier."""
    browser = Browser(stack)
    verifier, challenge = pkce()
    params = {"response_type": "code", "client_id": client.client_id,
              "response_mode": mode, "state": "a state", "scope": "openid",
              "code_challenge": challenge, "code_challenge_method": "S256",
              **params}
    r = browser.authorize(**{k: v for k, v in params.items() if v})
    if user and 'name="password"' in r.text:
        r = browser.sign_in(r, user.username, user.password)
        if 'value="allow"' in r.text:
            r = browser.consent(r, params.get("decision", "allow"))
    if not r.is_redirect:
        assert r.status_code == 200
        return "form", hidden_fields(r.text), verifier
    to = urlsplit(r.headers["Location"])
    assert not (to.query and to.fragment)
    return ("query" if to.query else "fragment"), {
        k: v[0] for k, v in parse_qs(to.query or to.fragment).items()
    }, verifier


@pytest.mark.parametrize("mode,place", [
    ("query.jwt", "query"), ("fragment.jwt", "fragment"),
    ("form_post.jwt", "form"), ("jwt", "query")])
def test_a_code(stack, client, mode, place):
    user = stack.create_user()
    got, params, verifier = ask(stack, client, user, mode)
    assert got == place
    assert set(params) == {"response"}      # no plain parameter beside it
    claims = decode(stack, params["response"])
    assert claims["iss"] == stack.url
    assert claims["aud"] == client.client_id
    assert time.time() < claims["exp"] <= time.time() + 600
    assert claims["state"] == "a state"
    assert set(claims) == {"iss", "aud", "exp", "code", "state"}
    assert redeem(stack, client, claims["code"], verifier).status_code == 200


@pytest.mark.parametrize("mode", MODES)
def test_an_error(stack, client, mode):
    """Errors are in the JWT, too."""
    _, params, _ = ask(stack, client, None, mode, prompt="none")
    claims = decode(stack, params["response"])
    assert claims["error"] == "login_required"
    assert claims["state"] == "a state"
    assert claims["iss"] == stack.url and claims["aud"] == client.client_id


def test_a_denial(stack, client):
    _, params, _ = ask(stack, client, stack.create_user(), "jwt",
                       decision="deny")
    assert decode(stack, params["response"])["error"] == "access_denied"


def test_a_hybrid(stack, client):
    """jwt: where the response type's own answers go."""
    got, params, _ = ask(stack, client, stack.create_user(), "jwt",
                         response_type="code id_token", nonce="n")
    assert got == "fragment"
    claims = decode(stack, params["response"])
    assert claims["code"] and claims["id_token"]


def test_a_token_never_goes_into_a_query(stack, client):
    got, params, _ = ask(stack, client, stack.create_user(), "query.jwt",
                         response_type="token", code_challenge=None,
                         code_challenge_method=None)
    assert got == "fragment"
    assert params["error"] == "invalid_request"


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_by_the_registered_algorithm(stack, alg):
    client = stack.register_client(scope="openid",
                                   authorization_signed_response_alg=alg)
    _, params, _ = ask(stack, client, stack.create_user(), "jwt")
    assert decode(stack, params["response"], alg).header["alg"] == alg


def test_unregistered_redirect_uri(stack, client):
    """A page, and nothing signed for a stranger."""
    r = Browser(stack).authorize(
        response_type="code", client_id=client.client_id,
        response_mode="jwt", redirect_uri="https://evil.test/cb")
    assert r.status_code == 400 and "Location" not in r.headers
    assert "evil.test" not in r.text


def test_an_unknown_mode(stack, client):
    _, _, got = get_code(stack, client, stack.create_user(),
                         response_mode="web_message", scope="openid")
    assert got["error"] == "invalid_request"
