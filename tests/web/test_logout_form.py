"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): its form,
and requests of other sites."""
from urllib.parse import urlsplit

import pytest

from logout import (AFTER, asks, end_session, goes_nowhere, is_signed_in,
                    register, sign_in)
from postern_stack import Browser, answer, hidden_fields


@pytest.fixture(scope="module")
def client(stack):
    return register(stack, client_name="The <Shop>")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


@pytest.fixture
def hint(stack, client, user, browser):
    """An ID token of the person who is signed in, in this browser."""
    return sign_in(stack, client, user, browser)["id_token"]


def test_a_form_of_another_browser(stack, browser, client, hint):
    """Login CSRF's sibling: an attacker's own form signs nobody out."""
    attacker = Browser(stack)
    sign_in(stack, client, stack.create_user(), attacker)
    theirs = hidden_fields(end_session(attacker).text)
    r = end_session(browser, "POST", **theirs, decision="sign-out")
    assert asks(r)
    assert is_signed_in(browser, client)


@pytest.mark.parametrize("change", [
    {"form_token": "AAAA"}, {"form_token": ""}, {"request": "state=x"},
    {"request": "client_id=nobody"}, {"request": ""},
    {"request": "a=%zz"}])
def test_a_form_that_was_changed(browser, client, hint, change):
    page = end_session(browser, client_id=client.client_id)
    r = end_session(browser, "POST", **{**hidden_fields(page.text), **change},
                    decision="sign-out")
    assert (asks(r) or r.status_code == 400) and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_a_form_in_the_query(browser, client, hint):
    page = end_session(browser, client_id=client.client_id)
    r = end_session(browser, **hidden_fields(page.text), decision="sign-out")
    assert asks(r)
    assert is_signed_in(browser, client)


def test_a_post_of_another_site(stack, browser, client, hint):
    """It comes without our cookies; a GET that it leads to has them."""
    r = end_session(Browser(stack), "POST", id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    assert urlsplit(r.headers["Location"]).path == "/oauth/logout"
    r = browser.get(stack.url + r.headers["Location"], allow_redirects=False,
                    timeout=30)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)


def test_a_long_post_of_another_site(stack, browser, client, hint):
    """Too long for a Location: the page asks, and its form has the cookies."""
    r = end_session(Browser(stack), "POST", id_token_hint=hint,
                    state="s" * 3500, post_logout_redirect_uri=AFTER)
    assert asks(r)
    browser.cookies.update(r.cookies)
    r = browser.submit(r, decision="sign-out")
    assert r.status_code == 303 and len(answer(r)["state"]) == 3500
    assert not is_signed_in(browser, client)


def test_parameters_twice(stack, browser, client, hint):
    for query in "state=a&state=b", f"client_id={client.client_id}&client_id=b":
        r = browser.get(f"{stack.url}/oauth/logout?{query}", timeout=30)
        assert r.status_code == 400
    assert is_signed_in(browser, client)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods(browser, method):
    r = browser.request(method, browser.stack.url + "/oauth/logout",
                        timeout=30)
    assert r.status_code == 405 and r.headers["Allow"] == "GET, POST"


def test_each_web_server(each_stack):
    """And by plain CGI."""
    client, user = register(each_stack), each_stack.create_user()
    browser = Browser(each_stack)
    hint = sign_in(each_stack, client, user, browser)["id_token"]
    r = browser.submit(end_session(browser, client_id=client.client_id),
                       decision="stay")
    assert is_signed_in(browser, client)
    r = end_session(browser, id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)
