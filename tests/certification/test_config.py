"""The module of OpenID certification's plan "Config OP"."""
import re
from urllib.parse import urlsplit

import pytest
import requests
from certification import check_keys
from postern_stack import with_keys

# The members of RFC 8414 section 2, OpenID Connect Discovery section 3 and
# those that other specifications have registered, by their JSON types.
URIS = """authorization_endpoint token_endpoint userinfo_endpoint jwks_uri
    registration_endpoint revocation_endpoint introspection_endpoint
    end_session_endpoint device_authorization_endpoint
    pushed_authorization_request_endpoint issuer""".split()
LISTS = """scopes_supported response_types_supported response_modes_supported
    grant_types_supported acr_values_supported subject_types_supported
    id_token_signing_alg_values_supported
    userinfo_signing_alg_values_supported
    request_object_signing_alg_values_supported
    token_endpoint_auth_methods_supported
    token_endpoint_auth_signing_alg_values_supported
    revocation_endpoint_auth_methods_supported
    introspection_endpoint_auth_methods_supported
    display_values_supported claim_types_supported claims_supported
    ui_locales_supported code_challenge_methods_supported
    authorization_signing_alg_values_supported
    introspection_signing_alg_values_supported prompt_values_supported
    revocation_endpoint_auth_signing_alg_values_supported
    introspection_endpoint_auth_signing_alg_values_supported""".split()
FLAGS = """claims_parameter_supported request_parameter_supported
    request_uri_parameter_supported require_request_uri_registration
    authorization_response_iss_parameter_supported
    require_pushed_authorization_requests require_signed_request_object
    backchannel_logout_supported backchannel_logout_session_supported
    frontchannel_logout_supported frontchannel_logout_session_supported
    """.split()
REQUIRED = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri",
            "response_types_supported", "subject_types_supported",
            "id_token_signing_alg_values_supported"}
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@pytest.fixture(params=["", "/tenant"], ids=["root", "path"])
def op(request, make_stack, stack):
    """Over TLS, as the suite insists on; behind a web server that has none
    in these tests, with what it says of itself taken for that."""
    if stack.server != "lighttpd" or request.param:
        issuer = "https://op.test" + request.param
        [[before]] = stack.sql("SELECT issuer FROM oauth.setting")
        with_keys(stack)
        stack.sql("UPDATE oauth.setting SET issuer = %s", issuer)
        yield stack, issuer, stack.url
        stack.sql("UPDATE oauth.setting SET issuer = %s", before)
    else:
        tls = with_keys(make_stack("lighttpd", TLS="1"))
        yield tls, tls.url, tls.url


def get(stack, issuer, at, url, content_type):
    """What is there; under the issuer's name, where only that is TLS."""
    r = requests.get(url.replace(issuer, at, 1), timeout=30,
                     verify=stack.verify)
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"].split(";")[0] == content_type
    return r.json()


def check_types(document):
    for name, value in document.items():
        if name in URIS:
            to = urlsplit(value)
            assert to.scheme == "https" and to.netloc, name
            assert not to.fragment and "@" not in to.netloc
        elif name in LISTS:
            assert isinstance(value, list) and value, name
            assert all(isinstance(v, str) and v for v in value)
            assert len(set(value)) == len(value)
        else:
            assert name in FLAGS, name
            assert isinstance(value, bool)


def test_oidcc_discovery_endpoint_verification(op):
    stack, issuer, at = op
    document = get(stack, issuer, at,
                   issuer + "/.well-known/openid-configuration",
                   "application/json")
    assert document["issuer"] == issuer
    parts = urlsplit(issuer)
    assert parts.scheme == "https"
    assert not (parts.query or parts.fragment or parts.username)
    assert REQUIRED <= set(document)
    check_types(document)
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert set(document["subject_types_supported"]) <= {"public", "pairwise"}
    assert "code" in document["response_types_supported"]
    assert "authorization_code" in document["grant_types_supported"]
    hybrid = [t for t in document["response_types_supported"] if t != "code"]
    assert ("implicit" in document["grant_types_supported"]) == bool(hybrid)
    assert "none" not in str(document["id_token_signing_alg_values_supported"])
    assert all(LOCALE.fullmatch(tag)
               for tag in document["ui_locales_supported"])
    assert document["code_challenge_methods_supported"] == ["S256"]
    # RFC 7517 section 8.5.2 has a type for sets of keys.
    check_keys(get(stack, issuer, at, document["jwks_uri"],
                   "application/jwk-set+json"))
