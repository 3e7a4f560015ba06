"""The authorization endpoint (RFC 6749 section 4.1.2.1): what it refuses, on a
page of ours or to the client."""
from urllib.parse import quote, urlencode

import pytest

from authorizing import (CALLBACK, ask, ask_by_post, good, page, redirected,
                         refused)
from postern_stack import Browser, flow, get_code


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module")
def signed_in(stack, user):
    """A browser of somebody who is signed in, and has allowed nothing yet."""
    browser = Browser(stack)
    other = stack.register_client()
    get_code(stack, other, user, browser)
    return browser


@pytest.fixture(scope="module")
def allowed(stack, user):
    """A browser that is through to the code without a page, its client."""
    browser, client = Browser(stack), stack.register_client()
    get_code(stack, client, user, browser, scope="profile")
    return browser, client


# -- errors of which the client is not to be told

def test_invalid_client_id(stack):
    """Authlib: test_invalid_client_id, missing and unknown."""
    r = page(ask(stack, {"response_type": "code"}))
    assert "client_id is missing" in r.text
    r = page(ask(stack, {"response_type": "code", "client_id": "unknown"}))
    assert "client_id is not known here" in r.text


@pytest.mark.parametrize("client_id", [
    "", "'", "' OR '1'='1", "<script>alert(1)</script>", "x" * 5000,
    "00000000-0000-0000-0000-000000000000", "-1", "1e9999", "\\x00", "%s%n",
    "\u202e", "null", "../../etc/passwd"])
def test_odd_client_ids_are_unknown(stack, client_id):
    """B28: whatever it is, the answer is that of an unknown client."""
    r = page(ask(stack, {"response_type": "code", "client_id": client_id,
                         "redirect_uri": CALLBACK}), "<script>")
    assert "client_id is" in r.text


def test_a_client_id_must_match_in_full(stack, client):
    for wrong in [client.client_id[:-1], client.client_id + "x",
                  client.client_id + " ", client.client_id.swapcase()]:
        page(ask(stack, good(client, client_id=wrong)))


def test_a_disabled_client_is_refused_on_a_page(stack, allowed, user):
    client = stack.register_client()
    stack.sql("SELECT oauth.disable_client(%s)", client.client_id)
    r = page(allowed[0].authorize(**good(client)))
    assert "client_id is not known here" in r.text
    stack.sql("SELECT oauth.enable_client(%s)", client.client_id)
    assert allowed[0].authorize(**good(client)).status_code == 200


def test_nul_truncates_nothing(stack, client):
    """B17: "good%00evil" is neither good nor evil."""
    for name in ["client_id", "redirect_uri", "state", "scope", "unknown"]:
        query = urlencode(good(client, **{name: None}))
        value = {"client_id": client.client_id,
                 "redirect_uri": CALLBACK}.get(name, "profile")
        query += f"&{name}={quote(value, safe='')}%00evil"
        page(ask_by_post(stack, query))
        refused(ask(stack, query))


@pytest.mark.parametrize("bad", [
    "%", "%1", "%g1", "%1g", "a%", "%%41", "%u0041", "%ff", "%c0%80",
    "%ed%a0%80", "%f5%80%80%80", "%e4%bd"])
def test_bad_percent_encoding_is_a_page(each_stack, bad):
    """B18: and no UTF-8 that is none (RFC 6749 appendix B)."""
    client = each_stack.register_client()
    query = urlencode(good(client, state=None))
    for bad_query in [f"{query}&state={bad}", f"{query}&{bad}=x"]:
        page(ask_by_post(each_stack, bad_query))
        # lighttpd makes "%25" of a "%" that stands alone.
        if each_stack.server != "lighttpd":
            page(ask(each_stack, bad_query))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("same", [True, False])
def test_client_id_or_redirect_uri_twice_is_a_page(stack, name, same):
    """B14: which of them would be the one to trust?"""
    client = stack.register_client()
    pairs = list(good(client, redirect_uri=CALLBACK).items())
    value = dict(pairs)[name]
    page(ask(stack, pairs + [(name, value if same else "https://evil.test")]),
         "evil.test")
    page(ask(stack, [(name, "https://evil.test")] + pairs))


REPEATABLE = ["response_type", "scope", "state", "code_challenge",
              "code_challenge_method", "nonce", "prompt", "unknown"]


@pytest.mark.parametrize("name", REPEATABLE)
@pytest.mark.parametrize("same", [True, False])
def test_invalid_multiple_request_parameters(stack, client, name, same):
    """B14: RFC 6749 section 3.1, "MUST NOT be included more than once";
    Authlib: test_invalid_multiple_request_parameters."""
    params = good(client, nonce="n", prompt="consent", unknown="u")
    pairs = list(params.items())
    twice = (name, params[name] if same else "other")
    for query in [pairs + [twice], [twice] + pairs]:
        # Of two states neither is the one.
        redirected(stack, ask(stack, query), "invalid_request",
                   None if name == "state" else "s")


def test_state_twice_with_nothing_else_wrong_gives_no_state(stack, client):
    pairs = list(good(client).items()) + [("state", "t")]
    got = redirected(stack, ask(stack, pairs), "invalid_request", None)
    assert "more than once" in got["error_description"]


def test_query_and_body_of_a_post(stack, client):
    """B15."""
    query = "?client_id=" + client.client_id
    page(stack.post("/oauth/authorize" + query, good(client)))


@pytest.mark.parametrize("content_type", [
    "application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_a_post_must_be_a_form(stack, client, content_type):
    page(stack.post("/oauth/authorize", urlencode(good(client)),
                    headers={"Content-Type": content_type}))


def test_content_type_may_have_parameters_and_any_case(stack, client):
    r = stack.post("/oauth/authorize", urlencode(good(client)), headers={
        "Content-Type": "Application/X-WWW-Form-URLEncoded ; charset=UTF-8"})
    assert r.status_code == 303
    assert r.headers["Location"].startswith("/oauth/authorize?")


# -- errors that the client is told

def test_unauthorized_client(stack):
    """Authlib: test_unauthorized_client."""
    client = stack.register_client(grant_types=["implicit"],
                                   response_types=["token"])
    redirected(stack, ask(stack, good(client)), "unauthorized_client")


def test_response_type_missing(stack, client):
    redirected(stack, ask(stack, good(client, response_type=None)),
               "invalid_request")


@pytest.mark.parametrize("response_type", [
    "id_token code x", "code code", "CODE", "Code", " code", "code ",
    "none", "password", "code,token", "x" * 2000, "<b>", "code\n"])
def test_unknown_response_types(stack, client, response_type):
    """B25: and what was asked is not handed back in the description."""
    r = ask_by_post(stack, good(client, response_type=response_type))
    got = redirected(stack, r, "unsupported_response_type")
    assert got["error_description"] == \
        "this server does not know the response_type"


def test_invalid_authorize(stack, client, signed_in):
    """Authlib: test_invalid_authorize: denied; a scope that is not there."""
    r = signed_in.authorize(**good(client, prompt="consent"))
    r = signed_in.consent(r, "deny")
    redirected(stack, r, "access_denied")
    redirected(stack, ask(stack, good(client, scope="invalid", state="foo")),
               "invalid_scope", "foo")


@pytest.mark.parametrize("scope", [
    "calendar", "profile calendar", "nothing", '"', "profile\\", "\x01",
    "profile\ttab", "pröfile", "PROFILE", "profile,email", "*", "<script>",
    " ", "  ", "profile\nemail", " ".join(f"s{i}" for i in range(1000))])
def test_invalid_scope(stack, client, scope):
    """B23: RFC 6749 section 3.3; "calendar" exists, but is not this
    client's."""
    r = ask_by_post(stack, good(client, scope=scope))
    got = redirected(stack, r, "invalid_scope")
    assert got["error_description"] == "the client may not ask for that scope"


@pytest.mark.parametrize("scope", ["profile  email", " profile email",
                                   "profile email ", "email profile",
                                   "profile email profile"])
def test_scope_is_a_set(stack, user, scope):
    """B23: spaces too many and words twice change nothing."""
    tokens = flow(stack, user=user, scope=scope)
    assert sorted(tokens["scope"].split()) == ["email", "profile"]


def test_missing_scope_uses_default(stack, user):
    """Authlib: test_missing_scope_uses_default; here, of the client's scopes
    those that are marked as default."""
    assert flow(stack, user=user)["scope"] == "profile"


def test_missing_scope_empty_default(stack, user):
    """Authlib: test_missing_scope_empty_default."""
    client = stack.register_client(scope="email")
    assert flow(stack, client, user).get("scope", "") == ""
