"""device_page - the person at the verification page (RFC 8628 section 3.3)."""
import re

from postern_stack import Browser, remember


def is_asked_for(page, name):
    return bool(re.search(rf'<(input|button)(?! type="hidden")[^>]* '
                          rf'name="{name}"', page.text))


def decide(stack, user, uri, user_code=None, decision="allow", browser=None):
    """Answer all that the page at uri asks -> the last page, and the browser.

    user_code: where uri is verification_uri; verification_uri_complete has it.
    """
    browser = browser or Browser(stack)
    page = browser.follow(browser.get(uri, timeout=30, allow_redirects=False))
    for _ in range(5):
        if is_asked_for(page, "password"):
            page = browser.sign_in(page, user.username, user.password)
        elif is_asked_for(page, "decision"):
            page = browser.consent(page, decision)
        elif is_asked_for(page, "user_code"):
            assert user_code, page.text
            page = browser.submit(page, user_code=user_code)
        else:
            break
    remember(*browser.cookies.values())
    assert page.status_code == 200, page.text
    return page


def typed(browser, code):
    """What comes of a code that is typed at the page."""
    r = browser.get(browser.stack.url + "/oauth/device", timeout=30)
    assert r.status_code == 200
    assert 'name="user_code"' in r.text and 'role="alert"' not in r.text
    return browser.submit(r, user_code=code)


def scanned(browser, got):
    """What the address with the code in it shows."""
    r = browser.get(got["verification_uri_complete"], allow_redirects=False,
                    timeout=30)
    return browser.follow(r)


def asks_who(r):
    return r.status_code == 200 and 'name="password"' in r.text


def asks_decision(r):
    return r.status_code == 200 and 'name="decision"' in r.text


def no_such_code(r, status=403):
    """The same for all codes that are not to be had."""
    assert r.status_code == status, r.text
    assert 'name="user_code"' in r.text and 'role="alert"' in r.text
    assert 'name="decision"' not in r.text
    return r


def sign_in(stack, user, got):
    """-> a browser, and the page with the question."""
    browser = Browser(stack)
    r = scanned(browser, got)
    assert asks_who(r), r.text
    r = browser.sign_in(r, user.username, user.password)
    assert asks_decision(r), r.text
    remember(*browser.cookies.values())
    return browser, r
