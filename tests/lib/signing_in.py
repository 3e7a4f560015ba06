"""signing_in - a browser at the sign-in page, and what came of it."""
from authorizing import good
from postern_stack import Browser


def start(stack, client, **change):
    """-> a browser, and the sign-in page it looks at."""
    browser = Browser(stack)
    r = browser.authorize(**good(client, **change))
    assert r.status_code == 200 and 'name="password"' in r.text
    return browser, r


def is_signed_in(browser, r):
    return (r.status_code == 200 and 'name="decision"' in r.text
            and "postern_session" in browser.cookies)


def refused(browser, r, status=403):
    assert r.status_code == status, r.text
    assert "Location" not in r.headers
    assert 'name="password"' in r.text and 'role="alert"' in r.text
    assert "postern_session" not in browser.cookies
    return r


def cookies_of(response):
    return response.raw.headers.getlist("Set-Cookie")
