"""Authorization server metadata (RFC 8414), and the health check."""
import json
from urllib.parse import urlsplit

import pytest
import requests

from token_endpoint import issued

WELL_KNOWN = "/.well-known/oauth-authorization-server"


def load(stack, path=""):
    r = requests.get(stack.url + WELL_KNOWN + path, timeout=30)
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"] == "application/json"
    return r.json()


@pytest.fixture(scope="module")
def document(stack):
    return load(stack)


def test_required_members(stack, document):
    """RFC 8414 section 2: issuer, the endpoints, response types; no member is
    empty (section 3.2)."""
    assert document["issuer"] == stack.url
    parts = urlsplit(document["issuer"])
    assert not parts.query and not parts.fragment
    for name, path in (("authorization", "authorize"), ("token", "token"),
                       ("revocation", "revoke"),
                       ("introspection", "introspect")):
        assert document[name + "_endpoint"] == stack.url + "/oauth/" + path
    assert set(document["response_types_supported"]) == {
        "code", "token", "id_token", "id_token token", "code id_token",
        "code token", "code id_token token"}
    assert set(document["response_modes_supported"]) == {
        mode + jwt for mode in ("query", "fragment", "form_post")
        for jwt in ("", ".jwt")} | {"jwt"}
    for name, value in document.items():
        assert value or value is False, name


# Registered at IANA (OAuth Authorization Server Metadata), and here because
# the server has what they say.
MEMBERS = set("""
    issuer authorization_endpoint token_endpoint revocation_endpoint
    introspection_endpoint userinfo_endpoint jwks_uri end_session_endpoint
    device_authorization_endpoint pushed_authorization_request_endpoint
    registration_endpoint scopes_supported response_types_supported
    response_modes_supported grant_types_supported subject_types_supported
    token_endpoint_auth_methods_supported
    token_endpoint_auth_signing_alg_values_supported
    revocation_endpoint_auth_methods_supported
    revocation_endpoint_auth_signing_alg_values_supported
    introspection_endpoint_auth_methods_supported
    introspection_endpoint_auth_signing_alg_values_supported
    code_challenge_methods_supported
    authorization_response_iss_parameter_supported
    id_token_signing_alg_values_supported
    userinfo_signing_alg_values_supported
    authorization_signing_alg_values_supported
    introspection_signing_alg_values_supported
    request_object_signing_alg_values_supported request_parameter_supported
    request_uri_parameter_supported require_request_uri_registration
    require_signed_request_object require_pushed_authorization_requests
    claims_supported claims_parameter_supported claim_types_supported
    acr_values_supported display_values_supported prompt_values_supported
    ui_locales_supported backchannel_logout_supported
    backchannel_logout_session_supported frontchannel_logout_supported
    frontchannel_logout_session_supported""".split())


def test_all_members(document):
    """Each of them, and none that is not thought of here."""
    assert set(document) == MEMBERS - {"registration_endpoint"}
    for name, value in document.items():
        if isinstance(value, list):
            assert all(isinstance(v, str) for v in value), name
            assert len(set(value)) == len(value) > 0, name
        else:
            assert isinstance(value, (str, bool)), name
            assert not name.endswith("_values_supported"), name


def test_what_it_promises(document):
    """PKCE by S256 alone; iss in each answer (RFC 9207); no password grant
    unless it is allowed (test_password_grant.py)."""
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert sorted(document["grant_types_supported"]) == [
        "authorization_code", "client_credentials", "implicit",
        "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer"]
    methods = ["client_secret_basic", "client_secret_post",
               "client_secret_jwt", "private_key_jwt", "none"]
    assert document["token_endpoint_auth_methods_supported"] == methods
    assert document["revocation_endpoint_auth_methods_supported"] == methods
    assert document["introspection_endpoint_auth_methods_supported"] == \
        methods[:-1]
    for name in ("token", "revocation", "introspection"):
        assert document[name + "_endpoint_auth_signing_alg_values_supported"] \
            == ["RS256", "PS256", "ES256", "EdDSA", "HS256"]


def test_what_it_promises_is_there(stack, document):
    """Each endpoint answers, each grant type is known, and no other."""
    assert requests.get(document["authorization_endpoint"], timeout=30,
                        allow_redirects=False).status_code == 400
    for name in ("token", "revocation", "introspection"):
        assert requests.post(document[name + "_endpoint"],
                             timeout=30).status_code in (400, 401)
    c = stack.register_client()
    for grant_type in (*document["grant_types_supported"], "other"):
        error = stack.token(c, grant_type=grant_type).json().get("error")
        assert (error == "unsupported_grant_type") == (
            grant_type in ("implicit", "other")), grant_type


def test_scopes(stack):
    """Of the rows, at each request."""
    before = load(stack)["scopes_supported"]
    assert before == sorted(before) and "profile" in before
    stack.sql("SELECT oauth.define_scope('zebra!~', 'Stripes')")
    try:
        assert load(stack)["scopes_supported"] == sorted(
            [*before, "zebra!~"])
    finally:
        stack.sql("DELETE FROM oauth.scope WHERE name = 'zebra!~'")
    assert load(stack)["scopes_supported"] == before


def test_issuer_with_a_path(make_stack, stack):
    """RFC 8414 section 3.1: the well-known part goes before the path; the
    issuer and all below it are the row's."""
    own = make_stack(stack.server)
    own.sql("UPDATE oauth.setting SET issuer = 'https://login.test/one/two'")
    for path in ("", "/one/two"):
        got = load(own, path)
        assert got["issuer"] == "https://login.test/one/two"
        assert got["token_endpoint"] == \
            "https://login.test/one/two/oauth/token"
    c = own.register_client()
    issued(own.token(c, grant_type="client_credentials"))


def test_http(stack):
    """GET and HEAD; for anybody, and to be kept a while (RFC 5861)."""
    url = stack.url + WELL_KNOWN
    r = requests.get(url, timeout=30)
    assert r.headers["Cache-Control"] == \
        "public, max-age=300, stale-if-error=86400"
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in r.headers
    head = requests.head(url, timeout=30)
    assert head.status_code == 200 and head.content == b""
    for method in ("POST", "PUT", "DELETE"):
        r = requests.request(method, url, timeout=30)
        assert r.status_code == 405
        assert r.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", [
    WELL_KNOWN + "x", WELL_KNOWN + "-x/y", "/.well-known/",
    "/.well-known/openid-federation", "/.well-known/webfinger"])
def test_other_paths(stack, path):
    """No more than what is there."""
    r = requests.get(stack.url + path, timeout=30)
    assert r.status_code == 404


def test_health(stack):
    """K132: whether it works, and nothing else."""
    r = requests.get(stack.url + "/health", timeout=30)
    assert r.status_code == 200
    assert r.headers["Cache-Control"] == "no-store"
    text = json.dumps(r.json())
    assert len(text) < 100
    for secret in (stack.database, "postgres", "version",
                   stack.cluster.home, "host"):
        assert secret not in text
