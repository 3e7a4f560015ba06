"""token_endpoint - what every answer of the token endpoint, and of the two
beside it, is like."""
import re

from postern_stack import remember

PATHS = ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]

# RFC 6749 section 5.2: of which error_description may consist.
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def refused(r, status, error):
    """An error as RFC 6749 section 5.2 has it -> its description."""
    assert r.status_code == status, r.text
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Pragma"] == "no-cache"
    body = r.json()
    assert body["error"] == error, r.text
    assert set(body) <= {"error", "error_description"}
    assert DESCRIPTION.fullmatch(body["error_description"])
    if status == 401:
        assert r.headers["WWW-Authenticate"] == \
            'Basic realm="postern", charset="UTF-8"'
    else:
        assert "WWW-Authenticate" not in r.headers
    return body["error_description"]


def issued(r):
    """A successful answer as section 5.1 has it -> its members."""
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Pragma"] == "no-cache"
    got = r.json()
    remember(got["access_token"], got.get("refresh_token"))
    assert got["token_type"] == "Bearer"
    assert isinstance(got["expires_in"], int) and got["expires_in"] > 0
    assert set(got) <= {"access_token", "token_type", "expires_in",
                        "refresh_token", "scope"}
    return got
