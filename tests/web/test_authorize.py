"""The authorization endpoint (RFC 6749 section 3.1): what it takes, and where
each answer goes."""
from urllib.parse import quote, urlencode, urlsplit

import pytest

from authorizing import (CALLBACK, ask, ask_by_post, good, page, redirected,
                         sign_in_page)
from postern_stack import Browser, answer, get_code, pkce, redeem


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
