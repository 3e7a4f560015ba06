"""back_channel - what the tests of the back channel have of a client that sees
no more than is documented."""
import base64

from postern_stack import remember


def refused(r, status, error):
    """RFC 6749 section 5.2."""
    assert r.status_code == status, r.text
    assert r.json()["error"] == error, r.text
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    if status == 401:
        assert r.headers["WWW-Authenticate"].startswith("Basic ")
    return True


def b64(text):
    return base64.b64encode(text.encode()).decode()


def refresh(stack, c, token, **data):
    data = {"grant_type": "refresh_token", "refresh_token": token, **data}
    if c.client_secret:
        return stack.token(c, **data)
    r = stack.post("/oauth/token", {**data, "client_id": c.client_id})
    if r.status_code == 200:
        remember(r.json()["access_token"], r.json()["refresh_token"])
    return r
