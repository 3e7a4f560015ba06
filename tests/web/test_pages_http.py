"""The pages as HTTP: their header fields, what is in front of the server,
and what a request may not decide."""
import base64
import hashlib
import re
import socket
from urllib.parse import urlencode

import pytest
import requests

from postern_stack import (Browser, answer, get_code, hidden_fields, pkce)

FORM = "application/x-www-form-urlencoded"


def good(client, **change):
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "profile", "state": "s", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **change}
    return {k: v for k, v in params.items() if v is not None}


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


def talk(stack, data, until=None):
    """Bytes as they are -> what comes back, to its end or to "until"."""
    with socket.create_connection(("localhost", stack.port), 10) as s:
        s.sendall(data)
        got = b""
        while True:
            piece = s.recv(65536)
            got += piece
            if not piece or (until and until in got):
                return got


def status_of(text):
    return int(re.match(rb"HTTP/1\.[01] (\d+)", text).group(1))


def request(method, path, body="", *fields):
    """A request with a Host, and what else is given."""
    lines = [f"{method} {path} HTTP/1.1", "Connection: close", *fields]
    if not any(f.lower().startswith("host:") for f in fields):
        lines.append("Host: localhost")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


# -- header fields of pages

def pages(stack):
    """One of each kind of page -> name: response."""
    client, user = stack.register_client(), stack.create_user()
    browser = Browser(stack)
    seen = {"sign-in": browser.authorize(**good(client))}
    seen["wrong password"] = browser.sign_in(seen["sign-in"], user.username,
                                             "wrong")
    seen["not ours"] = browser.submit(seen["sign-in"], form_token="x")
    seen["consent"] = browser.sign_in(seen["sign-in"], user.username,
                                      user.password)
    seen["expired"] = browser.submit(seen["consent"], form_token="x")
    seen["unknown client"] = browser.authorize(client_id="x")
    seen["redirect_uri"] = browser.authorize(
        **good(client, redirect_uri="https://evil.test/"))
    seen["too large"] = stack.post("/oauth/authorize", urlencode(
        {f"a{i}": i for i in range(200)}), headers={"Content-Type": FORM})
    seen["method"] = requests.put(stack.url + "/oauth/authorize", timeout=30)
    return seen


STATUSES = {"sign-in": 200, "wrong password": 403, "not ours": 403,
            "consent": 200, "expired": 400, "unknown client": 400,
            "redirect_uri": 400, "too large": 413, "method": 405}


def test_security_headers_of_every_page(each_stack):
    """C38, H94, H102: RFC 9700 sections 4.2 and 4.16."""
    seen = pages(each_stack)
    assert {k: r.status_code for k, r in seen.items()} == STATUSES
    for name, r in seen.items():
        h = r.headers
        assert h["Content-Type"] == "text/html; charset=utf-8", name
        assert h["Cache-Control"] == "no-store", name
        assert h["Referrer-Policy"] == "no-referrer", name
        assert h["X-Content-Type-Options"] == "nosniff", name
        assert h["X-Frame-Options"] == "DENY", name
        # Who signs in in a window of its own waits for it.
        assert h.get("Cross-Origin-Opener-Policy") == (
            None if "<form" in r.text else "same-origin"), name
        assert "Accept-Language" in h["Vary"], name
        assert h["Content-Language"] == "en", name
        assert "Access-Control-Allow-Origin" not in h, name
        check_policy(name, r)


def check_policy(name, r):
    """H94: nothing but our own style, by its hash."""
    policy = {}
    for directive in r.headers["Content-Security-Policy"].split("; "):
        words = directive.split(" ")
        assert words[0] not in policy, name
        policy[words[0]] = words[1:]
    [style] = re.findall("<style>(.*?)</style>", r.text, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
    assert policy.pop("style-src") == [f"'sha256-{digest.decode()}'"], name
    target = policy.pop("form-action")
    assert target[0] == "'self'", name
    assert target[1:] == (["https:"] if "<form" in r.text
                          else []), name
    assert policy == {"default-src": ["'none'"],
                      "frame-ancestors": ["'none'"],
                      "base-uri": ["'none'"]}, name


def test_no_page_loads_anything(each_stack):
    """C38: no third-party content, no script, no inline handler."""
    for name, r in pages(each_stack).items():
        text = r.text.lower()
        for word in ["<script", "src=", "<link", "<iframe", "@import", "url(",
                     "style=", "<base", "<object", "http-equiv"]:
            assert word not in text, (name, word)
        assert not re.search(r"<[^>]*\son[a-z]+=", text), name


def test_redirects_are_not_stored_either(each_stack):
    """H102: a Location with a code in it."""
    client, user = each_stack.register_client(), each_stack.create_user()
    browser = Browser(each_stack)
    get_code(each_stack, client, user, browser, scope="profile")
    r = browser.authorize(**good(client))
    assert r.status_code == 303 and "code" in answer(r)
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Referrer-Policy"] == "no-referrer"
    assert r.content == b""


def test_no_compression(each_stack):
    """I112: the form token beside what an attacker chose."""
    client = each_stack.register_client()
    r = requests.get(each_stack.url + "/oauth/authorize", timeout=30,
                     params=good(client, state="x" * 2000),
                     headers={"Accept-Encoding": "gzip, br, deflate, zstd"})
    assert r.status_code == 200 and "form_token" in r.text
    assert "Content-Encoding" not in r.headers


def test_nothing_speaks_to_the_web_server(each_stack):
    """I111: nobody can have a file sent, or the answer sent elsewhere."""
    evil = "/etc/passwd\r\nX-Sendfile: /etc/passwd"
    client = each_stack.register_client()
    for params in [good(client, state=evil, scope="no"),
                   good(client, redirect_uri=evil), {"client_id": evil}]:
        r = each_stack.post("/oauth/authorize", params)
        names = {n.lower() for n in r.headers}
        assert not {"x-sendfile", "x-accel-redirect", "x-lighttpd-send-file",
                    "x-sendfile2", "status"} & names
        assert "root:" not in r.text


@pytest.mark.parametrize("accept, language", [
    ("de", "de"), ("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("fr", "en"),
    ("de;q=0.1,en;q=0.9", "en"), ("", "en"), ("*", "en"), (",;;q=,=", "en"),
    ("de;q=0", "en"), ("x" * 4000, "en"), ("<script>", "en")])
def test_language(stack, accept, language):
    r = requests.get(stack.url + "/oauth/authorize", timeout=30,
                     headers={"Accept-Language": accept})
    assert r.status_code == 400
    assert r.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in r.text


def test_form_action_of_odd_redirect_uris(stack):
    """H94: the browser must be let through to the client by the policy, and
    nothing of the URI may end a directive."""
    for uri, source in [
            ("https://a.test:8443/x;y,z", "https:"),
            ("http://127.0.0.1:1234/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
            ("http://[::1]:9/cb", "http:")]:
        client = stack.register_client(redirect_uris=[uri])
        r = Browser(stack).authorize(**good(client))
        assert f"form-action 'self' {source}; frame-ancestors" \
            in r.headers["Content-Security-Policy"]


# -- what a request does not decide (I103)

POISON = [
    {"Host": "evil.test"}, {"Host": "evil.test:443"},
    {"X-Forwarded-Host": "evil.test"}, {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Port": "444"}, {"X-Forwarded-Prefix": "/evil.test"},
    {"X-Forwarded-Server": "evil.test"}, {"X-Original-URL": "/evil.test"},
    {"X-Rewrite-URL": "/evil.test"}, {"Front-End-Https": "on"},
    {"Forwarded": "host=evil.test;proto=https"}, {"X-Host": "evil.test"},
    {"X-Script-Name": "/evil.test"}, {"Origin": "https://evil.test"},
    {"Referer": "https://evil.test/"}, {"X-HTTP-Method-Override": "DELETE"}]


@pytest.mark.parametrize("fields", POISON, ids=lambda f: str(f))
def test_issuer_links_and_cookies(each_stack, fields):
    """I103: they come from oauth.setting."""
    client = each_stack.register_client()
    url = each_stack.url + "/oauth/authorize"
    r = requests.get(url, params=good(client, scope="no"), headers=fields,
                     allow_redirects=False, timeout=30)
    assert answer(r)["iss"] == each_stack.url
    assert r.headers["Location"].startswith("https://client.test/cb?")
    assert "evil" not in str(r.headers)
    r = requests.get(url, params=good(client), headers=fields, timeout=30)
    assert r.status_code == 200
    assert "evil" not in r.text and "evil" not in str(r.headers)
    assert 'action="sign-in"' in r.text
    cookie = r.headers["Set-Cookie"]
    assert cookie.startswith("postern_form=")
    assert "Domain" not in cookie and "Secure" not in cookie
    r = requests.post(url, data=good(client), headers=fields, timeout=30,
                      allow_redirects=False)
    assert r.status_code == 303
    assert r.headers["Location"].startswith("/oauth/authorize?")


@pytest.mark.parametrize("fields", POISON, ids=lambda f: str(f))
def test_metadata_is_not_poisoned(stack, fields):
    """I103."""
    r = requests.get(stack.url + "/.well-known/oauth-authorization-server",
                     headers=fields, timeout=30)
    assert r.status_code == 200 and r.json()["issuer"] == stack.url
    assert "evil" not in r.text and "evil" not in str(r.headers)


def test_absolute_form_of_the_target(each_stack):
    """B29, I103."""
    client = each_stack.register_client()
    query = urlencode(good(client, scope="no"))
    got = talk(each_stack, request(
        "GET", f"http://evil.test/oauth/authorize?{query}", "",
        "Host: evil.test"))
    if status_of(got) == 303:
        assert urlencode({"iss": each_stack.url}).encode() in got
        assert b"evil" not in got.split(b"\r\n\r\n")[0]
    else:
        assert 400 <= status_of(got) < 500


def test_two_hosts(each_stack):
    """I103: RFC 9112 section 3.2, "MUST respond with a 400"."""
    got = talk(each_stack, request("GET", "/oauth/authorize", "",
                                   "Host: localhost", "Host: evil.test"))
    assert status_of(got) == 400 and b"evil" not in got


def test_lists_of_several_fields(each_stack):
    """RFC 9110 section 5.3: as good as one field; the other is kept, too, by
    whoever joins them."""
    got = talk(each_stack, request(
        "GET", "/oauth/authorize", "", "Accept: text/html", "Accept: */*",
        "Accept-Language: ko", "Accept-Language: de;q=0.1"))
    assert status_of(got) == 400 and b"Content-Language: ko" in got
    assert b"Content-Security-Policy" in got
    got = talk(each_stack, request("GET", "/oauth/userinfo", "",
                                   "Accept: application/json",
                                   "Accept: application/jwt"))
    assert status_of(got) == 401


# -- bodies (B22, I110)

def form(client):
    return urlencode(good(client, scope="no"))


def came_through(stack, got):
    assert status_of(got) == 303, got
    assert b"error=invalid_scope" in got
    assert urlencode({"iss": stack.url}).encode() in got


def test_chunked_body(each_stack):
    """I110: to a plain CGI no web server can hand one on."""
    body = form(each_stack.register_client())
    half = len(body) // 2
    chunks = "".join(f"{len(p):x}\r\n{p}\r\n"
                     for p in [body[:half], body[half:]]) + "0\r\n\r\n"
    got = talk(each_stack, request(
        "POST", "/oauth/authorize", chunks, f"Content-Type: {FORM}",
        "Transfer-Encoding: chunked"))
    if each_stack.server == "apache-cgi":
        assert status_of(got) in (400, 411), got
    else:
        came_through(each_stack, got)


def test_trailers_are_no_parameters_and_no_header(each_stack):
    """I110."""
    body = form(each_stack.register_client())
    chunks = (f"{len(body):x}\r\n{body}\r\n0\r\nCookie: a=b\r\n"
              "Host: evil.test\r\nContent-Type: text/plain\r\n\r\n")
    got = talk(each_stack, request(
        "POST", "/oauth/authorize", chunks, f"Content-Type: {FORM}",
        "Transfer-Encoding: chunked"))
    assert b"evil" not in got
    if status_of(got) not in (400, 411):
        came_through(each_stack, got)


def test_expect_100_continue(each_stack):
    """I110."""
    body = form(each_stack.register_client())
    got = talk(each_stack, request(
        "POST", "/oauth/authorize", body, f"Content-Type: {FORM}",
        f"Content-Length: {len(body)}", "Expect: 100-continue"))
    if status_of(got) == 100:
        got = got.split(b"\r\n\r\n", 1)[1]
    came_through(each_stack, got)


@pytest.mark.parametrize("length", ["-1", "+5", "5,5", "0x10", "5 5", "x",
                                    str(2**63), str(2**64)])
def test_odd_content_lengths(each_stack, length):
    """B22: RFC 9112 section 6.3: refused, and nothing is waited for."""
    body = form(each_stack.register_client())
    got = talk(each_stack, request(
        "POST", "/oauth/authorize", body, f"Content-Type: {FORM}",
        f"Content-Length: {length}"))
    assert 400 <= status_of(got) < 500, got
    assert b"Location" not in got


def test_a_large_length(stack):
    """B22: the answer does not wait for 2 GB.  (Apache and nginx wait for a
    body by themselves, and have timeouts of their own for it.)"""
    body = form(stack.register_client())
    got = talk(stack, request(
        "POST", "/oauth/authorize", body, f"Content-Type: {FORM}",
        f"Content-Length: {2**31}"), until=b"\r\n\r\n")
    assert status_of(got) == 413, got


def test_both_lengths(each_stack):
    """I110: RFC 9112 section 6.3: refused, or Transfer-Encoding it is."""
    body = form(each_stack.register_client())
    got = talk(each_stack, request(
        "POST", "/oauth/authorize", f"{len(body):x}\r\n{body}\r\n0\r\n\r\n",
        f"Content-Type: {FORM}", "Content-Length: 4",
        "Transfer-Encoding: chunked"))
    if status_of(got) != 303:
        assert status_of(got) in (400, 411), got
    else:
        came_through(each_stack, got)


def test_no_body(each_stack):
    """B22."""
    for fields in [["Content-Length: 0"], []]:
        got = talk(each_stack, request("POST", "/oauth/authorize", "",
                                       f"Content-Type: {FORM}", *fields))
        assert status_of(got) in (400, 411)
        assert b"Location" not in got


def test_a_body_that_is_cut(each_stack):
    """B22: the browser goes away in the middle; the server stays."""
    body = form(each_stack.register_client())
    with socket.create_connection(("localhost", each_stack.port), 30) as s:
        s.sendall(request("POST", "/oauth/authorize", body,
                          f"Content-Type: {FORM}",
                          f"Content-Length: {len(body) + 100}"))
        s.shutdown(socket.SHUT_WR)
        got = s.recv(65536)
    assert b"303" not in got[:16] and b"Location" not in got
    r = requests.get(each_stack.url + "/health", timeout=30)
    assert r.status_code == 200


def test_bodies_shorter_by_their_length(each_stack):
    """B22: what is after the length is not the body's."""
    body = form(each_stack.register_client())
    got = talk(each_stack, request(
        "POST", "/oauth/authorize", body + "&redirect_uri=https://evil.test",
        f"Content-Type: {FORM}", f"Content-Length: {len(body)}"))
    came_through(each_stack, got)
    assert b"evil" not in got


# -- text that comes back

NASTY = "\"'><script>alert(1)</script><img src=x onerror=evil()>{mark}"


def test_reflected_text_is_escaped(stack, client):
    """Wherever a page repeats what was sent."""
    browser = Browser(stack)
    for name in ["state", "nonce", "prompt", "login_hint", "scope"]:
        r = browser.authorize(**good(client, **{name: NASTY}))
        if r.is_redirect:
            assert "<" not in r.headers["Location"]
            assert '"' not in r.headers["Location"]
            continue
        assert r.status_code == 200
        assert "<script" not in r.text and "<img" not in r.text
    r = browser.authorize(**good(client, state=NASTY))
    assert "state=%22%27%3E%3Cscript" in hidden_fields(r.text)["request"]
    r = browser.sign_in(r, NASTY, "wrong")
    assert r.status_code == 403
    assert "<script" not in r.text and "<img" not in r.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in r.text
    assert "{mark}" in r.text, "it is text, and no template"


def test_logs_have_one_line_a_request(stack):
    """K127: whatever stands in it."""
    before = len(stack.log_lines())
    for evil in ["a\r\n{\"time\":\"x\"}", "\x1b[31m", "%n%s", "\u2028",
                 "\x7f"]:
        stack.post("/oauth/authorize", {"client_id": evil})
    lines = stack.log_lines()[before:]
    assert len([x for x in lines if '"authorize"' in x
                or "/oauth/authorize" in x]) >= 5
    assert not any(c in "".join(lines) for c in "\r\x1b\x7f")
