"""The back channel as a client sees it: the request itself, and client
authentication; Authlib's provider tests, and the attacks on these endpoints."""
from urllib.parse import quote_plus

import pytest
import requests

from back_channel import b64, refused
from postern_stack import Client, password_hash, remember


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


def basic(stack, header, **data):
    data.setdefault("grant_type", "client_credentials")
    return stack.post("/oauth/token", data, headers={
        "Authorization": header})


# -- the request itself

def test_answer_of_a_grant(stack, client):
    """RFC 6749 section 5.1."""
    r = stack.token(client, grant_type="client_credentials", scope="email")
    assert r.status_code == 200
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Pragma"] == "no-cache"
    got = r.json()
    remember(got["access_token"])
    assert set(got) == {"access_token", "token_type", "expires_in", "scope"}
    assert got["token_type"] == "Bearer" and got["expires_in"] == 3600
    assert got["scope"] == "email"


@pytest.mark.parametrize("grant_type,error", [
    (None, "invalid_request"), ("", "invalid_request"),
    ("nothing", "unsupported_grant_type"),
    ("authorization_code ", "unsupported_grant_type"),
    ("Client_Credentials", "unsupported_grant_type"),
    ("x" * 60000, "unsupported_grant_type")])
def test_grant_type(stack, client, grant_type, error):
    """E68."""
    data = {} if grant_type is None else {"grant_type": grant_type}
    refused(stack.post("/oauth/token", data, client), 400, error)


def test_a_parameter_twice(stack, client):
    """B14: also with the same value."""
    for name in ("grant_type", "scope", "client_id"):
        r = stack.post("/oauth/token", [
            ("grant_type", "client_credentials"), ("scope", "email"),
            ("client_id", client.client_id),
            (name, "client_credentials" if name == "grant_type"
             else "email")], client)
        refused(r, 400, "invalid_request")


def test_parameters_in_the_query(stack, client):
    """B15: RFC 6749 section 2.3.1."""
    refused(stack.post("/oauth/token?grant_type=client_credentials", {},
                       client), 400, "invalid_request")


def test_json_body(stack, client):
    r = requests.post(stack.url + "/oauth/token", timeout=30, auth=client,
                      json={"grant_type": "client_credentials"})
    refused(r, 400, "invalid_request")


@pytest.mark.parametrize("body", ["grant_type=%", "grant_type=%g1",
                                  "grant_type=a%00b", "grant_type=%ff",
                                  "a=%1"])
def test_bad_escapes(stack, client, body):
    """B17, B18."""
    r = requests.post(stack.url + "/oauth/token", data=body, auth=client,
                      timeout=30, headers={
                          "Content-Type": "application/x-www-form-urlencoded"})
    refused(r, 400, "invalid_request")


def test_too_many_parameters(stack, client):
    """B16."""
    r = stack.post("/oauth/token", [(f"p{i}", "") for i in range(5000)],
                   client)
    assert r.status_code == 413


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke",
                                  "/oauth/introspect"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
def test_methods(stack, path, method):
    """B21."""
    r = requests.request(method, stack.url + path, timeout=30)
    assert r.status_code == 405
    assert r.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", [
    "/oauth/token", "/oauth/revoke", "/oauth/introspect", "/api/me",
    "/.well-known/oauth-authorization-server"])
def test_scripts_of_any_origin(stack, path):
    """The preflight is answered, without credentials of the browser's."""
    r = requests.options(stack.url + path, timeout=30, headers={
        "Origin": "https://app.test", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization"})
    assert r.status_code == 204
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in r.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in r.headers
    r = requests.post(stack.url + path, timeout=30,
                      headers={"Origin": "https://app.test"})
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    assert "WWW-Authenticate" in r.headers["Access-Control-Expose-Headers"]


# -- client authentication

def test_no_client(stack):
    refused(stack.post("/oauth/token", {"grant_type": "client_credentials"}),
            401, "invalid_client")


@pytest.mark.parametrize("header", [
    "Basic", "Basic ", "Basic !!!", "Basic " + b64("nocolon"),
    "Basic " + b64(":secret"), "Basic " + b64("a:b").rstrip("="),
    "Basic " + b64("unknown:secret"), "Basic " + b64("%zz:secret"),
    "Basic " + b64("a:b") + " x", "Bearer abc", "Digest x", "nonsense"])
def test_bad_basic_credentials(stack, header):
    """D45."""
    refused(basic(stack, header), 401, "invalid_client")


def test_wrong_secrets(stack, client):
    secret = client.client_secret
    for wrong in ("", secret[:-1], secret + "a", secret[:-1] + "_",
                  secret.upper(), "sha256:" + "0" * 64):
        refused(basic(stack, "Basic " + b64(f"{client.client_id}:{wrong}")),
                401, "invalid_client")


@pytest.mark.parametrize("secret", [
    "with:colon", "per%cent", "pl+us", "a space", "Ünïcödé", "%41", "+"])
def test_secrets_of_people(stack, secret):
    """D44: both halves are form-urlencoded before base64 (RFC 6749 section
    2.3.1); a secret that a person chose is verified by Argon2id."""
    made = stack.register_client(
        client_secret_verifier=password_hash(secret))
    assert made.client_secret is None
    good = f"{quote_plus(made.client_id)}:{quote_plus(secret)}"
    assert basic(stack, "Basic " + b64(good)).status_code == 200
    wrong = f"{quote_plus(made.client_id)}:{quote_plus(secret + 'x')}"
    refused(basic(stack, "Basic " + b64(wrong)), 401, "invalid_client")


def test_scheme_in_any_case(stack, client):
    good = b64(f"{client.client_id}:{client.client_secret}")
    assert basic(stack, "bAsIc " + good).status_code == 200


def test_two_methods(stack, client):
    """D42."""
    r = stack.token(client, grant_type="client_credentials",
                    client_secret=client.client_secret)
    refused(r, 400, "invalid_request")


def test_another_client_id_in_the_body(stack, client, public):
    """D43."""
    r = stack.token(client, grant_type="client_credentials",
                    client_id=public.client_id)
    refused(r, 400, "invalid_request")
    r = stack.token(client, grant_type="client_credentials",
                    client_id=client.client_id)
    assert r.status_code == 200


def test_only_the_registered_method(stack, client):
    """A client has one method (RFC 7591 section 2)."""
    post = stack.register_client(
        token_endpoint_auth_method="client_secret_post")
    data = {"grant_type": "client_credentials"}
    r = stack.post("/oauth/token", {**data, "client_id": post.client_id,
                                    "client_secret": post.client_secret})
    assert r.status_code == 200
    refused(stack.token(post, **data), 401, "invalid_client")
    r = stack.post("/oauth/token", {**data, "client_id": client.client_id,
                                    "client_secret": client.client_secret})
    refused(r, 401, "invalid_client")


def test_public_and_confidential(stack, client, public):
    """D46, D47."""
    data = {"grant_type": "refresh_token", "refresh_token": "x"}
    r = stack.post("/oauth/token", {**data, "client_id": public.client_id,
                                    "client_secret": "x"})
    refused(r, 401, "invalid_client")
    r = stack.post("/oauth/token", {**data, "client_id": client.client_id})
    refused(r, 401, "invalid_client")


def test_expired_secret(stack):
    """D49: client_secret_expires_at is enforced."""
    c = stack.register_client(client_secret_expires_at=4102444800)
    assert stack.token(c, grant_type="client_credentials").status_code == 200
    stack.sql("UPDATE oauth.client SET client_secret_expires_at = now()"
              " WHERE client_id = %s", c.client_id)
    refused(stack.token(c, grant_type="client_credentials"), 401,
            "invalid_client")


def test_disabled_and_rotated(stack):
    c = stack.register_client()
    token = stack.token(c, grant_type="client_credentials").json()
    stack.sql("SELECT oauth.disable_client(%s)", c.client_id)
    refused(stack.token(c, grant_type="client_credentials"), 401,
            "invalid_client")
    assert stack.me(token["access_token"]).status_code == 401
    stack.sql("SELECT oauth.enable_client(%s)", c.client_id)
    [[secret]] = stack.sql("SELECT oauth.rotate_client_secret(%s)",
                           c.client_id)
    remember(secret)
    refused(stack.token(c, grant_type="client_credentials"), 401,
            "invalid_client")
    assert stack.token(Client(c.client_id, secret),
                       grant_type="client_credentials").status_code == 200


# -- metadata (RFC 8414)

def test_metadata(stack):
    for path in ("", "/some/issuer"):    # RFC 8414 section 3.1
        r = requests.get(
            stack.url + "/.well-known/oauth-authorization-server" + path,
            timeout=30)
        assert r.headers["Content-Type"] == "application/json", path
        got = r.json()
    assert got["issuer"] == stack.url
    for name in ("authorization", "token", "revocation", "introspection"):
        assert got[name + "_endpoint"].startswith(stack.url + "/oauth/")
    assert {"code", "token"} <= set(got["response_types_supported"])
    assert "password" not in got["grant_types_supported"]
    assert got["code_challenge_methods_supported"] == ["S256"]
    assert got["authorization_response_iss_parameter_supported"] is True
    assert set(got["scopes_supported"]) >= {"profile", "email", "calendar"}
