"""Initiating User Registration via OpenID Connect 1.0: prompt=create."""
import re

import pytest
from logout import Listener
from postern_stack import (Browser, answer, flow, get_code, pkce, redeem,
                           remember)

PASSWORD = "a long new password"


@pytest.fixture(scope="module")
def shop(stack):
    return stack.register_client(scope="openid profile")


@pytest.fixture(autouse=True)
def allowed(stack):
    stack.sql("UPDATE oauth.setting SET account_creation = true")
    yield
    stack.sql("UPDATE oauth.setting SET account_creation = false")


def begin(stack, client, browser=None, **params):
    browser = browser or Browser(stack)
    _, challenge = pkce()
    remember(PASSWORD)
    return browser, browser.authorize(**{
        "response_type": "code", "client_id": client.client_id,
        "scope": "openid profile", "prompt": "create", "state": "s",
        "code_challenge": challenge, "code_challenge_method": "S256",
        **params})


def name(stack):
    return "new-" + stack.create_user().username


def create(browser, page, username, password=PASSWORD, **fields):
    return browser.submit(page, username=username, password=password,
                          **{"decision": "create", **fields})


def test_an_account_is_made_and_signed_in(stack, shop):
    browser, page = begin(stack, shop)
    assert 'autocomplete="new-password"' in page.text
    username = name(stack)
    r = create(browser, page, username, name="Nell New")
    assert 'name="decision" value="allow"' in r.text     # consent
    r = browser.consent(r)
    assert answer(r)["code"]
    [[claims, sub]] = stack.sql("SELECT claims, sub FROM oauth.end_user"
                                " WHERE username = %s", username)
    assert claims == {"name": "Nell New"}
    code, verifier, _ = get_code(stack, shop, None, browser, prompt="none",
                                 scope="openid profile")
    assert redeem(stack, shop, code, verifier).status_code == 200
    assert sub in stack.log_text()


def test_and_signs_in_with_the_password_later(stack, shop):
    browser, page = begin(stack, shop)
    username = name(stack)
    create(browser, page, username)
    again = Browser(stack)
    _, page = begin(stack, shop, again, prompt="login")
    r = again.sign_in(page, username, PASSWORD)
    assert 'value="allow"' in r.text


def test_prompt_create_with_a_session(stack, shop):
    """The person wants another account than the one that is signed in."""
    user = stack.create_user()
    browser = Browser(stack)
    get_code(stack, shop, user, browser, scope="openid profile")
    browser, page = begin(stack, shop, browser)
    assert 'autocomplete="new-password"' in page.text


def test_who_was_signed_in_before_is_signed_out(stack, shop):
    """And their clients are told at once."""
    told = Listener()
    client = stack.register_client(
        scope="openid", backchannel_logout_uri=told.url + "/out")
    user, browser = stack.create_user(), Browser(stack)
    flow(stack, client, user, browser, scope="openid")
    browser, page = begin(stack, shop, browser)
    try:
        create(browser, page, name(stack))
        [hit] = told.wait(seconds=3)
        assert hit.path == "/out"
    finally:
        told.close()


@pytest.mark.parametrize("username,password", [
    ("", PASSWORD), (" x", PASSWORD), ("x ", PASSWORD), ("x\ny", PASSWORD),
    ("x" * 256, PASSWORD), ("ok-1", ""), ("ok-2", "1234567"),
    ("ok-3", "é" * 7), ("ok-4", "x" * 1025), ("ok-5", "x" * 8 + "\0")])
def test_what_is_refused(stack, shop, username, password):
    browser, page = begin(stack, shop)
    before = stack.sql("SELECT count(*) FROM oauth.end_user")
    r = create(browser, page, username, password)
    assert r.status_code == 400
    assert stack.sql("SELECT count(*) FROM oauth.end_user") == before
    assert not r.is_redirect


CONTROLS = ["\x01", "\x1f", "\x7f", "\x80", "\x85", "\x9f", "\u2028",
            "\u2029"]


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_control_characters(stack, shop, control):
    """What the table's CHECK refuses is the person's fault, and told as that
    before a password is hashed."""
    for field, fields, text in (
            ("username", {"username": f"x{control}y"},
             "A username has 1 to 255 characters, no control characters"),
            ("name", {"username": name(stack), "name": f"x{control}y"},
             "Your name can have up to 200 characters, but no control")):
        browser, page = begin(stack, shop)
        r = create(browser, page, **fields)
        assert r.status_code == 400
        assert text in r.text
        assert described(r) == [field]


def described(page):
    """The fields that the fault is read aloud with."""
    return re.findall(
        r'<input id="(\w+)"[^>]* autofocus aria-describedby="fault">',
        page.text)


def test_the_field_at_fault_has_the_focus(stack, shop):
    for field, fields in (
            ("name", {"name": "x" * 201}), ("username", {"username": " x"}),
            ("password", {"password": "1234567"})):
        browser, page = begin(stack, shop)
        r = create(browser, page, **{"username": name(stack), **fields})
        assert r.status_code == 400
        assert described(r) == [field]


# What an input method gives, and what a web page has to keep words together;
# [[:space:]] has not all of these in every locale.
SPACES = " \xa0\u1680\u2000\u2007\u200a\u202f\u205f\u3000"


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_no_space_around_a_username(stack, shop, space):
    """Who signs in would have to know that it is there, and whoever reads the
    name does not see it.  oauth.create_user() has it so, too."""
    for username in f"{space}{name(stack)}", f"{name(stack)}{space}", space:
        browser, page = begin(stack, shop)
        r = create(browser, page, username)
        assert r.status_code == 400
        assert "no space at its beginning or end" in r.text
        with pytest.raises(Exception, match="username must be"):
            stack.sql("SELECT oauth.create_user(%s, NULL)", username)
    browser, page = begin(stack, shop)
    r = create(browser, page, f"{name(stack)}{space}x")
    assert 'name="decision" value="allow"' in r.text


def test_their_neighbours(stack, shop):
    browser, page = begin(stack, shop)
    r = create(browser, page,
               "\u200b" + name(stack) + SPACES + "~\u2027\u202a")
    assert 'name="decision" value="allow"' in r.text


def test_a_name_that_is_taken(stack, shop):
    user = stack.create_user()
    for taken in user.username, user.username.upper(), user.sub:
        browser, page = begin(stack, shop)
        r = create(browser, page, taken)
        assert r.status_code == 403
        assert "taken" in r.text
        assert taken in r.text          # kept for them to change
        assert PASSWORD not in r.text


def test_who_has_an_account_signs_in(stack, shop):
    user = stack.create_user()
    browser, page = begin(stack, shop)
    r = browser.submit(page, username=user.username, decision="sign-in")
    assert 'autocomplete="current-password"' in r.text
    r = browser.sign_in(r, user.username, user.password)
    assert 'value="allow"' in r.text


def test_another_browsers_form(stack, shop):
    _, page = begin(stack, shop)
    r = create(Browser(stack), page, name(stack))
    assert r.status_code == 403


def test_a_changed_request(stack, shop):
    browser, page = begin(stack, shop)
    r = browser.post(stack.url + "/oauth/create-account", data={
        "request": "client_id=%s&response_type=code&scope=profile"
        % shop.client_id, "form_token": "x", "username": name(stack),
        "password": PASSWORD, "decision": "create"}, allow_redirects=False)
    assert r.status_code in (303, 403)
    assert "code=" not in r.headers.get("Location", "")


def test_it_is_escaped(stack, shop):
    browser, page = begin(stack, shop)
    r = create(browser, page, '"><script>alert(1)</script>', "short",
               name="<b>x</b>")
    assert "<script>alert" not in r.text and "<b>x" not in r.text


def test_off(stack, shop):
    """Where people may not make accounts, they are asked to sign in."""
    browser, page = begin(stack, shop)
    stack.sql("UPDATE oauth.setting SET account_creation = false")
    _, sign_in = begin(stack, shop)
    assert 'autocomplete="current-password"' in sign_in.text
    username = name(stack)
    r = create(browser, page, username)
    assert 'autocomplete="current-password"' in r.text
    assert stack.sql("SELECT FROM oauth.end_user WHERE username = %s",
                     username) == []


def test_none_and_create(stack, shop):
    _, r = begin(stack, shop, prompt="none create")
    assert answer(r)["error"] == "invalid_request"


def test_throttled(stack, shop):
    stack.sql("UPDATE oauth.setting SET address_burst = 2,"
              " address_interval = '1 hour'")
    stack.sql("DELETE FROM oauth.sign_in_throttle")
    try:
        got = []
        for _ in range(4):
            browser, page = begin(stack, shop)
            got.append(create(browser, page, name(stack)).status_code)
        assert 429 in got
    finally:
        stack.sql("SELECT oauth.local_settings()")
        stack.sql("DELETE FROM oauth.sign_in_throttle")


def test_twenty_at_once_make_one(stack, shop):
    from concurrent.futures import ThreadPoolExecutor
    username = name(stack)
    pages = [begin(stack, shop) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(
            lambda bp: create(bp[0], bp[1], username), pages))
    assert sum('value="allow"' in r.text for r in done) == 1
    assert sum(r.status_code == 403 for r in done) == 9


def test_a_form_that_is_not_ours(stack, shop):
    """Without the request that it was opened with nobody gets an account."""
    username = name(stack)
    for data in ({"username": username, "password": PASSWORD},
                 {"request": "%", "username": username},
                 {"request": "", "username": username},
                 b"username=%zz"):
        r = stack.post("/oauth/create-account", data, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        assert r.status_code == 400
    assert not stack.sql("SELECT FROM oauth.end_user WHERE username = %s",
                         username)
