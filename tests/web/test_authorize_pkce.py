"""PKCE at the authorization endpoint (RFC 7636 section 4.3)."""
import hashlib
import secrets
from base64 import urlsafe_b64encode

import pytest

from authorizing import ask, good, redirected, sign_in_page
from postern_stack import Browser, answer, flow, get_code, pkce, redeem


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module")
def allowed(stack, user):
    """A browser that is through to the code without a page, its client."""
    browser, client = Browser(stack), stack.register_client()
    get_code(stack, client, user, browser, scope="profile")
    return browser, client


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


def test_missing_code_challenge(stack, public, client):
    """Authlib: test_missing_code_challenge, the method alone; and neither,
    by a public client (RFC 9700 section 2.1.1)."""
    for who in [public, client]:
        redirected(stack, ask(stack, good(who, code_challenge=None)),
                   "invalid_request")
    redirected(stack, ask(stack, good(public, code_challenge=None,
                                      code_challenge_method=None)),
               "invalid_request")


def test_has_code_challenge(stack, public):
    """Authlib: test_has_code_challenge."""
    sign_in_page(ask(stack, good(public)))


def test_a_public_client_comes_through(stack, public, user):
    assert flow(stack, public, user)["token_type"] == "Bearer"


@pytest.mark.parametrize("challenge", [
    "abc", "a" * 42, "a" * 44, "a" * 42 + "+", "a" * 42 + "/", "a" * 42 + "=",
    "a" * 42 + "B", "a" * 128, "a b" + "a" * 40, "é" * 43, "a" * 3000])
def test_invalid_code_challenge(stack, client, public, challenge):
    """Authlib: test_invalid_code_challenge.  S256 has 43 characters of
    base64url, of which the last has two bits to spare."""
    for who in [client, public]:
        got = redirected(stack, ask(stack, good(
            who, code_challenge=challenge)), "invalid_request")
        assert got["error_description"] == \
            "code_challenge is not the base64url of a SHA-256 hash"


@pytest.mark.parametrize("method", [None, "", "plain", "s256", "S512", "S128",
                                    "S256 ", "PLAIN", "S256,plain", "none"])
def test_invalid_code_challenge_method(stack, client, public, method):
    """C35: only S256; left out, it is plain (RFC 7636 section 4.3, RFC 9700
    section 2.1.1).  Authlib: test_invalid_code_challenge_method; its
    test_supported_code_challenge_method, plain, is refused here."""
    for who in [client, public]:
        got = redirected(stack, ask(stack, good(
            who, code_challenge_method=method)), "invalid_request")
        assert got["error_description"] == "code_challenge_method must be S256"


def test_trusted_client_without_code_challenge(stack, user):
    """Authlib: test_trusted_client_without_code_challenge: a confidential
    client that was registered so."""
    client = stack.register_client(require_pkce=False)
    code, _, _ = get_code(stack, client, user, code_challenge=None,
                          code_challenge_method=None)
    r = stack.token(client, grant_type="authorization_code", code=code)
    assert r.status_code == 200, r.text


def test_require_pkce(stack):
    client = stack.register_client(require_pkce=True)
    got = redirected(stack, ask(stack, good(
        client, code_challenge=None, code_challenge_method=None)),
        "invalid_request")
    assert got["error_description"] == "code_challenge is missing"


def test_the_challenge_of_the_code_is_the_one_asked_with(stack, allowed):
    """Another's verifier does not do."""
    browser, client = allowed
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = answer(browser.authorize(**good(
        client, code_challenge=challenge)))["code"]
    assert redeem(stack, client, code, pkce()[0]).status_code == 400
    assert redeem(stack, client, code, verifier).status_code == 200
