"""Signing in: the form, which is of one browser and one request."""
import re

import pytest

from authorizing import good
from postern_stack import answer, hidden_fields
from signing_in import cookies_of, is_signed_in, refused, start


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(autouse=True)
def forget_attempts(stack):
    """Tests are many, and all from one address."""
    stack.sql("DELETE FROM oauth.sign_in_throttle")


# -- the form is this browser's (RFC 9700 section 4.7, login CSRF)

def test_sign_in(each_stack):
    client, user = each_stack.register_client(), each_stack.create_user()
    browser, r = start(each_stack, client)
    r = browser.sign_in(r, user.username, user.password)
    assert is_signed_in(browser, r)


def test_the_answer_is_a_see_other(stack, client, user):
    """RFC 9700 section 4.12: 303, so that no browser sends the password
    again."""
    browser, r = start(stack, client)
    r = browser.post(stack.url + "/oauth/sign-in", allow_redirects=False,
                     data={**hidden_fields(r.text), "username": user.username,
                           "password": user.password})
    assert r.status_code == 303
    assert r.headers["Location"].startswith("/oauth/authorize?")
    assert user.password not in r.headers["Location"]
    assert user.username not in r.headers["Location"]


def test_no_cookie(stack, client, user):
    """H91.  Where cookies are off it would be so for ever: they are told."""
    browser, r = start(stack, client)
    browser.cookies.clear()
    r = refused(browser, browser.sign_in(r, user.username, user.password))
    assert "Your browser sent no cookie with this form." in r.text
    r = browser.sign_in(r, user.username, user.password)
    assert is_signed_in(browser, r)


def test_the_form_of_another_browser(stack, client, user):
    """H91: the attacker's own form in the victim's browser."""
    _, attackers = start(stack, client)
    victim, _ = start(stack, client)
    r = victim.sign_in(attackers, user.username, user.password)
    assert "no longer valid" in refused(victim, r).text


@pytest.mark.parametrize("token", [
    "", "x", "A" * 43, "A" * 5000, "\u00fc", None])
def test_another_form_token(stack, client, user, token):
    """H91."""
    browser, r = start(stack, client)
    data = {**hidden_fields(r.text), "username": user.username,
            "password": user.password, "form_token": token}
    r = browser.post(stack.url + "/oauth/sign-in", data=data,
                     allow_redirects=False)
    refused(browser, r)


def test_each_changed_character_of_form_token_counts(stack, client, user):
    browser, r = start(stack, client)
    token = hidden_fields(r.text)["form_token"]
    for i in [0, 1, 21, 41]:
        other = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:]
        refused(browser, browser.submit(
            r, form_token=other, username=user.username,
            password=user.password))
    assert is_signed_in(browser, browser.sign_in(r, user.username,
                                                 user.password))


@pytest.mark.parametrize("name, value", [
    ("scope", "email"), ("state", "other"), ("prompt", "none"),
    ("nonce", "n"), ("client_id", "other")])
def test_request_changed(stack, client, user, name, value):
    """A10, H91: the token is of this request."""
    if name == "client_id":
        value = stack.register_client().client_id
    browser, page = start(stack, client)
    request = hidden_fields(page.text)["request"]
    changed = re.sub(f"(^|&){name}=[^&]*", "", request) + f"&{name}={value}"
    fields = {"username": user.username, "password": user.password}
    refused(browser, browser.submit(page, request=changed, **fields))
    assert is_signed_in(browser, browser.submit(page, **fields))


@pytest.mark.parametrize("request_text", [
    None, "", "%", "client_id=%00", "x", "client_id=unknown", "&&&",
    "client_id=a&client_id=b"])
def test_a_form_without_a_request(stack, client, request_text):
    browser, r = start(stack, client)
    data = {**hidden_fields(r.text), "request": request_text}
    r = browser.post(stack.url + "/oauth/sign-in", data=data,
                     allow_redirects=False)
    assert r.status_code == 400 and "Location" not in r.headers
    assert "<form" not in r.text


def test_a_consent_token_signs_nobody_in(stack, client, user):
    """One purpose, one token."""
    browser, r = start(stack, client)
    r = browser.sign_in(r, user.username, user.password)
    fields = hidden_fields(r.text)
    r = browser.post(stack.url + "/oauth/sign-in", allow_redirects=False,
                     data={**fields, "username": user.username,
                           "password": user.password})
    assert r.status_code == 403 and not cookies_of(r)


def test_fields_twice(stack, client, user):
    browser, r = start(stack, client)
    data = list(hidden_fields(r.text).items()) + [
        ("username", user.username), ("username", user.username),
        ("password", user.password)]
    r = browser.post(stack.url + "/oauth/sign-in", data=data,
                     allow_redirects=False)
    assert r.status_code == 400 and not cookies_of(r)


def test_a_query_beside_the_form(stack, client, user):
    browser, r = start(stack, client)
    data = {**hidden_fields(r.text), "username": user.username,
            "password": user.password}
    r = browser.post(stack.url + "/oauth/sign-in?x=1", data=data,
                     allow_redirects=False)
    assert r.status_code == 400 and not cookies_of(r)


def test_the_form_works_again_after_a_wrong_password(stack, client, user):
    browser, r = start(stack, client)
    r = refused(browser, browser.sign_in(r, user.username, "wrong"))
    assert f'value="{user.username}"' in r.text, "the name is kept"
    assert "wrong" not in r.text, "the password is not"
    assert is_signed_in(browser, browser.sign_in(r, user.username,
                                                 user.password))


def test_two_tabs(stack, client, user):
    """Both pages of one browser are good, whatever order they came in."""
    browser, first = start(stack, client, state="one")
    second = browser.authorize(**good(client, state="two"))
    r = browser.sign_in(first, user.username, user.password)
    assert is_signed_in(browser, r)
    r = browser.sign_in(second, user.username, user.password)
    assert answer(browser.consent(r))["state"] == "two"
