"""The authorization endpoint (RFC 6749 section 3.1): what it takes, what it
refuses, and where each answer goes."""
import hashlib
import http.client
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
import requests

from postern_stack import (Browser, answer, flow, get_code, pkce, redeem)

CALLBACK = "https://client.test/cb"


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


def good(client, **change):
    """A request that is right but for what is changed; None leaves out."""
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "profile", "state": "s", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **change}
    return {k: v for k, v in params.items() if v is not None}


def ask(stack, params, **kw):
    """One GET of the endpoint; params: a mapping, pairs, or a raw query."""
    if not isinstance(params, str):
        params = urlencode(params)
    return raw(stack, "GET", "/oauth/authorize?" + params, **kw)


class Answer:
    """A response as it came, nothing followed and nothing made pretty."""

    def __init__(self, response):
        self.status_code = response.status
        self.headers = response.headers
        self.text = response.read().decode()


def ask_by_post(stack, params):
    """The same where lighttpd would not have it in a URL."""
    return stack.post("/oauth/authorize", params, headers={
        "Content-Type": "application/x-www-form-urlencoded"})


def raw(stack, method, target, body=None, headers=None):
    conn = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    conn.request(method, target, body, headers or {})
    try:
        return Answer(conn.getresponse())
    finally:
        conn.close()


def redirected(stack, r, error, state="s", to=CALLBACK):
    """It went to the client, as this error and with nothing of success."""
    assert r.status_code == 303, r.text
    location = r.headers["Location"]
    assert location.startswith(to + "?")
    pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    got = dict(pairs)
    assert len(got) == len(pairs), "a parameter is there twice"
    assert got["error"] == error, got
    assert got["iss"] == stack.url
    assert got.get("state") == state
    assert "code" not in got and "access_token" not in got
    return got


def page(r, *attacker_text, status=400):
    """An error page of ours: nobody is sent anywhere."""
    assert r.status_code == status, r.text
    assert "Location" not in r.headers and "Refresh" not in r.headers
    assert r.headers["Content-Type"] == "text/html; charset=utf-8"
    assert r.headers["Cache-Control"] == "no-store"
    assert "<script" not in r.text.lower()
    assert "http-equiv" not in r.text.lower()
    assert "<form" not in r.text
    for text in attacker_text:
        assert text not in r.text
    return r


def refused(r):
    """By us or, lighttpd does that, before us."""
    assert r.status_code == 400, r.text
    assert "Location" not in r.headers and "Set-Cookie" not in r.headers


def sign_in_page(r):
    assert r.status_code == 200, r.text
    assert "Location" not in r.headers
    assert 'name="password"' in r.text
    return r


# -- what is right

def test_get_authorize(each_stack):
    """Authlib: test_get_authorize."""
    client = each_stack.register_client()
    sign_in_page(ask(each_stack, good(client)))


def test_post_authorize(each_stack):
    """RFC 6749 section 3.1: POST may be supported as well.  A browser that
    came from elsewhere without its cookies gets them by a GET of our own."""
    client = each_stack.register_client()
    browser = Browser(each_stack)
    r = each_stack.post("/oauth/authorize", good(client))
    assert r.status_code == 303
    to = urlsplit(r.headers["Location"])
    assert (to.netloc, to.path) == ("", "/oauth/authorize")
    sign_in_page(browser.follow(r))


def test_post_authorize_of_somebody_signed_in(stack, user):
    browser, client = Browser(stack), stack.register_client()
    get_code(stack, client, user, browser)
    verifier, challenge = pkce()
    r = browser.post(stack.url + "/oauth/authorize", allow_redirects=False,
                     data=good(client, scope=None, code_challenge=challenge))
    assert r.status_code == 303
    got = answer(r)
    assert set(got) == {"code", "state", "iss"}
    r = redeem(stack, client, got["code"], verifier)
    assert r.status_code == 200, r.text


def test_post_too_long_for_a_location_is_answered_itself(stack, client):
    r = stack.post("/oauth/authorize", good(client, state="x" * 4000))
    sign_in_page(r)


def test_a_success_has_code_state_iss_and_nothing_else(each_stack):
    """RFC 6749 section 4.1.2, RFC 9207 section 2."""
    client = each_stack.register_client()
    _, _, got = get_code(each_stack, client, each_stack.create_user(),
                         state="xyz")
    assert set(got) == {"code", "state", "iss"}
    assert got["state"] == "xyz" and got["iss"] == each_stack.url
    assert got["code"].startswith("pac")


def test_a_success_without_state_has_none(stack, client, user):
    _, _, got = get_code(stack, client, user, state=None)
    assert set(got) == {"code", "iss"}


ODD_STATES = [
    "a b", "a+b", "%", "%41", "&state=x", "a=b=c", "#fragment", "?", "'\"<>",
    "</script>", "ü", "\u4f60\u597d", "\U0001f511", "e\u0301", "\\", "\t",
    "\n", "\r\nSet-Cookie: a=b", "\x7f", "\u2028", "\u202e", ";", "~" * 3,
    "iss=https://evil.test", "x" * 3000, "é" * 500,
]


@pytest.mark.parametrize("state", ODD_STATES, ids=range(len(ODD_STATES)))
def test_state_comes_back_exactly_with_an_error(stack, client, state):
    """A4: RFC 6749 section 4.1.2.1, "the exact value received"."""
    r = ask_by_post(stack, good(client, state=state, scope="nonsense"))
    redirected(stack, r, "invalid_scope", state)
    assert "Set-Cookie" not in r.headers


@pytest.fixture(scope="module")
def allowed(stack, user):
    """A browser that is through to the code without a page, its client."""
    browser, client = Browser(stack), stack.register_client()
    get_code(stack, client, user, browser, scope="profile")
    return browser, client


@pytest.mark.parametrize("state", ODD_STATES, ids=range(len(ODD_STATES)))
def test_state_comes_back_exactly_with_a_code(stack, allowed, state):
    browser, client = allowed
    r = browser.post(stack.url + "/oauth/authorize", allow_redirects=False,
                     data=good(client, state=state))
    assert r.status_code == 303, r.text
    assert answer(r)["state"] == state
    assert "Set-Cookie" not in r.headers


@pytest.mark.parametrize("state", ODD_STATES[:22], ids=range(22))
def test_state_survives_the_pages(stack, client, signed_in, state):
    """Through the forms, as hidden fields of the page."""
    r = signed_in.post(stack.url + "/oauth/authorize",
                       data=good(client, state=state, prompt="consent"))
    r = signed_in.consent(r, "deny")
    redirected(stack, r, "access_denied", state)


def test_unknown_parameters_are_ignored(stack, allowed):
    """RFC 6749 section 3.1: "MUST ignore unrecognized request parameters"."""
    browser, client = allowed
    r = browser.authorize(**good(client, utm_source="x", **{
        "client_id[]": "evil", "client_id[0]": "evil", "client_id.x": "evil",
        "Client_Id": "evil", "redirect_uri[]": "https://evil.test/",
        "request": "", "ui_locales": "de", "max_age_x": "1"}))
    assert r.status_code == 303, r.text
    assert r.headers["Location"].startswith(CALLBACK + "?code=pac")


@pytest.mark.parametrize("name", ["client_id[]", "client_id[0]",
                                  "client_id.x", "CLIENT_ID", " client_id"])
def test_a_name_that_is_like_client_id_is_not_it(stack, client, name):
    """B20."""
    params = {**good(client, client_id=None), name: client.client_id}
    page(ask(stack, params), client.client_id)


def test_space_is_plus_or_percent_20(stack, allowed):
    """B19: RFC 6749 appendix B."""
    browser, client = allowed
    for state in ["a+b", "a%20b"]:
        r = browser.get(f"{stack.url}/oauth/authorize?state={state}&"
                        + urlencode(good(client, state=None)),
                        allow_redirects=False)
        assert answer(r)["state"] == "a b"


def test_a_parameter_without_a_value_is_as_if_left_out(stack, allowed):
    """RFC 6749 section 3.1."""
    browser, client = allowed
    r = browser.authorize(**good(client, state="", redirect_uri="", nonce="",
                                 prompt=""))
    assert r.status_code == 303, r.text
    assert "state" not in answer(r)


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


# -- PKCE

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


# -- iss (RFC 9207)

def test_iss_success(each_stack):
    """Authlib: test_enabled_success."""
    got = get_code(each_stack, each_stack.register_client(),
                   each_stack.create_user())[2]
    assert got["iss"] == each_stack.url


def test_iss_error(each_stack):
    """Authlib: test_enabled_error: once, and as Appendix B would have it."""
    client = each_stack.register_client()
    r = ask(each_stack, good(client, scope="nonsense"))
    assert r.headers["Location"].count("iss=") == 1
    assert r.headers["Location"].endswith(
        "iss=" + quote(each_stack.url, safe=""))


# -- prompt

def test_prompt_none_without_a_session(stack, client):
    """C39: no page in a frame that nobody sees."""
    redirected(stack, ask(stack, good(client, prompt="none")),
               "login_required")


def test_prompt_none_without_consent(stack, signed_in):
    """C39."""
    r = signed_in.authorize(**good(stack.register_client(), prompt="none"))
    redirected(stack, r, "consent_required")


def test_prompt_none_with_session_and_consent(stack, allowed):
    browser, client = allowed
    r = browser.authorize(**good(client, prompt="none"))
    assert set(answer(r)) == {"code", "state", "iss"}


def test_prompt_none_for_more_than_was_consented_to(stack, allowed):
    browser, client = allowed
    r = browser.authorize(**good(client, prompt="none",
                                 scope="profile email"))
    redirected(stack, r, "consent_required")


@pytest.mark.parametrize("prompt", ["none login", "none consent", "login none",
                                    "none none"])
def test_prompt_none_goes_with_no_other(stack, allowed, prompt):
    browser, client = allowed
    redirected(stack, browser.authorize(**good(client, prompt=prompt)),
               "invalid_request")


@pytest.mark.parametrize("prompt", ["login", "select_account",
                                    "login consent"])
def test_prompt_login_asks_who_it_is(stack, user, allowed, prompt):
    """And once they have answered it does not ask again and again."""
    browser, client = allowed
    old = browser.cookies["postern_session"]
    r = browser.authorize(**good(client, prompt=prompt))
    sign_in_page(r)
    r = browser.sign_in(r, user.username, user.password)
    if "consent" in prompt:
        assert 'name="decision"' in r.text
        r = browser.consent(r)
    assert set(answer(r)) == {"code", "state", "iss"}
    assert browser.cookies["postern_session"] != old


def test_prompt_consent_asks_again(stack, allowed):
    browser, client = allowed
    r = browser.authorize(**good(client, prompt="consent"))
    assert r.status_code == 200 and 'name="decision"' in r.text
    assert "code" in answer(browser.consent(r))


# -- sizes

def test_ten_thousand_parameters(stack, client):
    """B16: a bound on their number, not on patience."""
    body = urlencode(good(client)) + "".join(f"&a{i}" for i in range(10000))
    r = stack.post("/oauth/authorize", body, headers={
        "Content-Type": "application/x-www-form-urlencoded"})
    page(r, status=413)
    page(ask(stack, urlencode(good(client))
             + "".join(f"&a{i}" for i in range(150))), status=413)


def test_a_hundred_unknown_parameters(stack, allowed):
    """B16."""
    browser, client = allowed
    r = browser.authorize(**good(client), **{f"a{i}": i for i in range(100)})
    assert "code" in answer(r)


def test_a_query_too_long(each_stack):
    """RFC 9110 section 15.5.15; where it is not the web server's limit that
    is met first."""
    client = each_stack.register_client()
    r = ask(each_stack, good(client, state="x" * 17000))
    assert r.status_code in (414, 431)
    assert "Location" not in r.headers and "Set-Cookie" not in r.headers
    r = requests.get(each_stack.url + "/health", timeout=10)
    assert r.status_code == 200


def test_a_body_too_large(each_stack):
    """The whole answer arrives, though nobody reads the body."""
    client = each_stack.register_client()
    r = requests.post(each_stack.url + "/oauth/authorize", timeout=30,
                      data=good(client, state="x" * 70000), stream=True,
                      allow_redirects=False)
    assert r.status_code == 413
    assert "Location" not in r.headers and "Set-Cookie" not in r.headers
    page(r, status=413)


# -- methods

@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS",
                                    "PROPFIND"])
def test_methods_of_authorize(each_stack, method):
    """B21."""
    client = each_stack.register_client()
    r = raw(each_stack, method,
            "/oauth/authorize?" + urlencode(good(client)))
    assert r.status_code == 405, r.text
    assert sorted(r.headers["Allow"].split(", ")) == ["GET", "POST"]
    assert "Location" not in r.headers


@pytest.mark.parametrize("method", ["get", "POSTX", "HEAD"])
def test_odd_methods_start_nothing(stack, client, method):
    """B21: method names are case-sensitive (RFC 9110 section 9.1)."""
    r = raw(stack, method, "/oauth/authorize?" + urlencode(good(client)))
    assert 400 <= r.status_code < 502, r.status_code
    assert "Set-Cookie" not in r.headers and "Location" not in r.headers


@pytest.mark.parametrize("path", ["/oauth/sign-in", "/oauth/consent"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_methods_of_the_forms(stack, path, method):
    """B21: a GET decides nothing."""
    r = raw(stack, method, path)
    assert r.status_code == 405
    assert r.headers["Allow"] == "POST"


def test_a_request_too_long_to_repeat(each_stack):
    """What could not stand in a Location is refused, and no web server makes a
    500 of it: Apache has 8190 bytes for a header field."""
    client = each_stack.register_client()
    r = requests.post(each_stack.url + "/oauth/authorize", timeout=30,
                      data=good(client, state="x" * 12000),
                      allow_redirects=False)
    page(r, status=414)
    r = requests.post(each_stack.url + "/oauth/authorize", timeout=30,
                      data=good(client, scope="no", state="x" * 7000),
                      allow_redirects=False)
    assert r.status_code == 303 and answer(r)["state"] == "x" * 7000
