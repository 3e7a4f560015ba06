"""authorizing - requests of the authorization endpoint as they are sent,
nothing followed, and where an answer goes: to the client, or nowhere."""
import http.client
from urllib.parse import parse_qsl, urlencode, urlsplit

from postern_stack import pkce

CALLBACK = "https://client.test/cb"


def good(client, **change):
    """A request that is right but for what is changed; None leaves out."""
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "profile", "state": "s", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **change}
    return {k: v for k, v in params.items() if v is not None}


def parameters(client, **changed):
    """-> code_verifier, what a request object says."""
    verifier, challenge = pkce()
    return verifier, {k: v for k, v in {
        "iss": client.client_id, "client_id": client.client_id,
        "response_type": "code", "redirect_uri": CALLBACK, "state": "signed",
        "code_challenge": challenge, "code_challenge_method": "S256",
        **changed}.items() if v is not None}


def ask(stack, params, **kw):
    """One GET of the endpoint; params: a mapping, pairs, or a raw query."""
    if not isinstance(params, str):
        params = urlencode(params)
    return raw(stack, "GET", "/oauth/authorize?" + params, **kw)


class Answer:
    """A response as it came, nothing followed and nothing made pretty."""

    def __init__(self, response):
        self.status_code = response.status
        self.headers = response.headers
        self.text = response.read().decode()


def ask_by_post(stack, params):
    """The same where lighttpd would not have it in a URL."""
    return stack.post("/oauth/authorize", params, headers={
        "Content-Type": "application/x-www-form-urlencoded"})


def raw(stack, method, target, body=None, headers=None):
    conn = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    conn.request(method, target, body, headers or {})
    try:
        return Answer(conn.getresponse())
    finally:
        conn.close()


def redirected(stack, r, error, state="s", to=CALLBACK):
    """It went to the client, as this error and with nothing of success."""
    assert r.status_code == 303, r.text
    location = r.headers["Location"]
    assert location.startswith(to + "?")
    pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    got = dict(pairs)
    assert len(got) == len(pairs), "a parameter is there twice"
    assert got["error"] == error, got
    assert got["iss"] == stack.url
    assert got.get("state") == state
    assert "code" not in got and "access_token" not in got
    return got


def page(r, *attacker_text, status=400):
    """An error page of ours: nobody is sent anywhere."""
    assert r.status_code == status, r.text
    assert "Location" not in r.headers and "Refresh" not in r.headers
    assert r.headers["Content-Type"] == "text/html; charset=utf-8"
    assert r.headers["Cache-Control"] == "no-store"
    assert "<script" not in r.text.lower()
    assert "http-equiv" not in r.text.lower()
    assert "<form" not in r.text
    for text in attacker_text:
        assert text not in r.text
    return r


def refused(r):
    """By us or, lighttpd does that, before us."""
    assert r.status_code == 400, r.text
    assert "Location" not in r.headers and "Set-Cookie" not in r.headers


def sign_in_page(r):
    assert r.status_code == 200, r.text
    assert "Location" not in r.headers
    assert 'name="password"' in r.text
    return r
