"""The authorization endpoint and HTTP: sizes, and methods."""
from urllib.parse import urlencode

import pytest
import requests

from authorizing import ask, good, page, raw
from postern_stack import Browser, answer, get_code


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
