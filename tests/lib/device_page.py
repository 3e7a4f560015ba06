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
