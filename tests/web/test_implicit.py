"""The implicit grant (RFC 6749 section 4.2): off, but for clients that were
registered for it; answers in the fragment and nowhere else."""
from urllib.parse import parse_qsl, urlsplit

import pytest

from postern_stack import Browser, pkce

CALLBACK = "https://client.test/cb"


def register(stack, **metadata):
    return stack.register_client(**{
        "grant_types": ["implicit"], "response_types": ["token"],
        "token_endpoint_auth_method": "none", **metadata})


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module")
def client(stack):
    return register(stack)


@pytest.fixture(scope="module")
def signed_in(stack, client, user):
    browser = Browser(stack)
    r = browser.authorize(**good(client))
    browser.sign_in(r, user.username, user.password)
    return browser


def good(client, **change):
    params = {"response_type": "token", "client_id": client.client_id,
              "scope": "profile", "state": "bar", **change}
    return {k: v for k, v in params.items() if v is not None}


def in_fragment(stack, r, to=CALLBACK):
    """The parameters, each once; the query has none of them."""
    assert r.status_code == 303, r.text
    location = r.headers["Location"]
    assert location.startswith(to + "#") and location.count("#") == 1
    pairs = parse_qsl(urlsplit(location).fragment, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    assert dict(pairs)["iss"] == stack.url
    return dict(pairs)


def walk(browser, client, **change):
    r = browser.authorize(**good(client, **change))
    return browser.consent(r) if 'name="decision"' in r.text else r


def test_get_authorize(stack, client):
    """Authlib: test_get_authorize."""
    r = Browser(stack).authorize(**good(client))
    assert r.status_code == 200 and 'name="password"' in r.text


def test_authorize_token(each_stack):
    """Authlib: test_authorize_token; RFC 6749 section 4.2.2."""
    client, user = register(each_stack), each_stack.create_user()
    browser = Browser(each_stack)
    r = browser.authorize(**good(client))
    r = browser.sign_in(r, user.username, user.password)
    got = in_fragment(each_stack, browser.consent(r))
    assert set(got) == {"access_token", "token_type", "expires_in", "scope",
                        "state", "iss"}
    assert got["token_type"] == "Bearer" and got["state"] == "bar"
    assert got["scope"] == "profile" and got["expires_in"] == "3600"
    assert got["access_token"].startswith("pat")
    me = each_stack.me(got["access_token"])
    assert me.status_code == 200 and me.json()["id"] == user.sub


def test_no_refresh_token(stack, user):
    """RFC 6749 section 4.2.2: "MUST NOT issue a refresh token"."""
    client = register(stack, grant_types=[
        "implicit", "authorization_code", "refresh_token"],
        response_types=["token", "code"])
    browser = Browser(stack)
    r = browser.authorize(**good(client))
    r = browser.consent(browser.sign_in(r, user.username, user.password))
    assert "refresh_token" not in in_fragment(stack, r)


def test_confidential_client(stack, signed_in):
    """Authlib refuses one (test_confidential_client); RFC 6749 section 4.2
    does not, and what counts is what it was registered for."""
    client = register(stack,
                      token_endpoint_auth_method="client_secret_basic")
    assert "access_token" in in_fragment(stack, walk(signed_in, client))


def test_unsupported_client(stack, signed_in):
    """Authlib: test_unsupported_client: a code client asks for a token."""
    client = stack.register_client()
    r = signed_in.authorize(**good(client))
    got = in_fragment(stack, r)
    assert got["error"] == "unauthorized_client" and got["state"] == "bar"
    assert "access_token" not in got


def test_a_token_client_asks_for_a_code(stack, client, signed_in):
    r = signed_in.authorize(**good(
        client, response_type="code", code_challenge=pkce()[1],
        code_challenge_method="S256"))
    assert r.headers["Location"].startswith(
        CALLBACK + "?error=unauthorized_client&")


def test_invalid_authorize(stack, client, signed_in):
    """Authlib: test_invalid_authorize."""
    r = signed_in.authorize(**good(client, prompt="consent"))
    got = in_fragment(stack, signed_in.consent(r, "deny"))
    assert got["error"] == "access_denied" and got["state"] == "bar"
    assert "access_token" not in got
    got = in_fragment(stack, signed_in.authorize(**good(client,
                                                        scope="invalid")))
    assert got["error"] == "invalid_scope" and got["state"] == "bar"


def test_missing_scope_uses_default(stack, client, signed_in):
    """Authlib: test_missing_scope_uses_default."""
    got = in_fragment(stack, walk(signed_in, client, scope=None))
    assert got["scope"] == "profile"


def test_missing_scope_empty_default(stack, signed_in):
    """Authlib: test_missing_scope_empty_default."""
    client = register(stack, scope="email")
    got = in_fragment(stack, walk(signed_in, client, scope=None))
    assert "scope" not in got and "access_token" in got


@pytest.mark.parametrize("prompt, error", [
    ("none", "login_required"), ("none login", "invalid_request")])
def test_prompt_none(stack, client, prompt, error):
    """C39."""
    r = Browser(stack).authorize(**good(client, prompt=prompt))
    assert in_fragment(stack, r)["error"] == error


def test_parameter_twice(stack, client, signed_in):
    """B14."""
    r = signed_in.get(stack.url + "/oauth/authorize", allow_redirects=False,
                      params=list(good(client).items())
                      + [("scope", "profile")])
    assert in_fragment(stack, r)["error"] == "invalid_request"


@pytest.mark.parametrize("uri", ["https://evil.test/", CALLBACK + "#x",
                                 CALLBACK + "?x"])
def test_unregistered_uri(stack, client, signed_in, uri):
    """A1, A3: a token in a fragment follows every redirect."""
    r = signed_in.authorize(**good(client, redirect_uri=uri))
    assert r.status_code == 400 and "Location" not in r.headers


def test_query_of_the_uri_is_kept(stack, signed_in):
    """A12."""
    uri = "https://client.test/cb?tenant=1"
    client = register(stack, redirect_uris=[uri])
    got = in_fragment(stack, walk(signed_in, client), uri)
    assert "access_token" in got


@pytest.mark.parametrize("state", ["a b&c=d#e", "%23", "\u00fc\U0001f511",
                                   "#access_token=x", "x" * 3000])
def test_state_comes_back_exactly(stack, client, signed_in, state):
    got = in_fragment(stack, walk(signed_in, client, state=state))
    assert got["state"] == state


def test_the_token_is_of_the_one_who_is_signed_in(stack, client, signed_in,
                                                  user):
    walk(signed_in, client)
    got = in_fragment(stack, walk(signed_in, client))
    assert stack.me(got["access_token"]).json()["id"] == user.sub


def test_not_logged(stack, client, signed_in):
    got = in_fragment(stack, walk(signed_in, client))
    assert got["access_token"][5:] not in stack.log_text()
