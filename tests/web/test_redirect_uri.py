"""Where a browser may be sent (RFC 6749 section 3.1.2, RFC 9700 section
4.1): to what the client registered, by simple string comparison, and
nowhere else."""
import http.client
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg2
import pytest

from postern_stack import (Browser, answer, get_code, hidden_fields, pkce,
                           redeem)

CALLBACK = "https://client.test/callback"


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client(redirect_uris=[CALLBACK])


@pytest.fixture(scope="module")
def allowed(stack, client, user):
    """A browser that would be sent to the client at once, were it allowed."""
    browser = Browser(stack)
    get_code(stack, client, user, browser, scope="profile")
    return browser


def good(client, **change):
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "profile", "state": "s", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **change}
    return {k: v for k, v in params.items() if v is not None}


def stopped(r, *attacker_text, status=400, why="redirect_uri is not one"):
    """On a page of ours that sends nobody anywhere."""
    assert r.status_code == status, r.text
    assert not {"Location", "Refresh"} & set(r.headers)
    assert "evil" not in str(r.headers).lower()
    assert r.headers["Content-Type"] == "text/html; charset=utf-8"
    assert why in r.text
    assert "<a " not in r.text and "<form" not in r.text
    for text in attacker_text:
        assert text not in r.text


def refused_at_registration(stack, uri):
    with pytest.raises(psycopg2.Error) as e:
        stack.register_client(redirect_uris=[uri])
    assert "redirect_uri" in str(e.value), e.value


# -- registration

@pytest.mark.parametrize("uri", [
    CALLBACK + "#x", CALLBACK + "#", "javascript:alert(1)",
    "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc",
    "about:blank", "blob:https://x.test/1", "view-source:https://x.test",
    "myapp:/cb", "//client.test/cb", "/cb", "client.test/cb", "",
    "https://client.test/\tcb", "https://client.test/c\nb", "https:///cb",
    "https://client.test\\@evil.test/", "https://user@client.test/",
    "http://client.test/cb", "https://*.client.test/cb",
    CALLBACK + "/%0d%0aX:y", CALLBACK + "/%00", CALLBACK + "?code=x",
    CALLBACK + "?state=y", CALLBACK + "?iss=z", CALLBACK + "?error=e"])
def test_what_may_not_be_registered(stack, uri):
    """A3, A4, A5, A7, A12."""
    refused_at_registration(stack, uri)


# -- the request

WRONG = [
    "https://evil.test/callback", CALLBACK + "/", CALLBACK + "/x",
    CALLBACK + "?", CALLBACK + "?x=1", CALLBACK + "#", CALLBACK + "#x",
    "https://client.test/CALLBACK", "https://CLIENT.test/callback",
    "HTTPS://client.test/callback", "https://client.test/call",
    "https://client.test/", "https://client.test", "https://client.test/.",
    "https://client.test/x/../callback", "https://client.test//callback",
    "https://client.test/./callback", "https://client.test/%63allback",
    "https://client.test/callback/..", "https://client.test/callback%20",
    "https://client.test:443/callback", "https://client.test:8443/callback",
    "https://client.test:/callback", "http://client.test/callback",
    "//client.test/callback", "/callback", "callback", "https:callback",
    "https://client.test.evil.test/callback",
    "https://client.testevil.test/callback",
    "https://client.test@evil.test/callback",
    "https://evil.test#@client.test/callback",
    "https://evil.test/?https://client.test/callback",
    "https://evil.test\\@client.test/callback",
    "https://client.test\\callback", "https://client.test./callback",
    "https://www.client.test/callback", "https:/client.test/callback",
    "https:\\\\client.test\\callback", "javascript:alert(1)", "*",
    "data:text/html,<script>alert(1)</script>", "vbscript:x",
    "file:///etc/passwd", "about:blank",
    CALLBACK + " https://evil.test/", "https://evil.test/ " + CALLBACK,
    CALLBACK + " ", " " + CALLBACK, CALLBACK + "\u00a0",
    "https://cl\u0131ent.test/callback", "https://client\u3002test/callback",
    "https://client.test/callback\u202e", "https://client.test/c\u0430llback",
    CALLBACK + "\t", CALLBACK + "\n", "\r" + CALLBACK, CALLBACK + "\x01",
    CALLBACK + "\r\nLocation: https://evil.test/",
    CALLBACK + "%0d%0aSet-Cookie:evil=1", CALLBACK + "%00", CALLBACK + "%09",
    CALLBACK + "\"><script>evil()</script>", CALLBACK + "'onload='evil()",
]


@pytest.mark.parametrize("uri", WRONG, ids=range(len(WRONG)))
def test_invalid_redirect_uri(stack, client, allowed, uri):
    """A1, A2, A3, A4, A5, by somebody signed in who allowed the client all.
    Authlib: test_invalid_redirect_uri.  By POST, for some web servers would
    refuse the URL before us."""
    r = allowed.post(stack.url + "/oauth/authorize", allow_redirects=False,
                     data=good(client, redirect_uri=uri))
    stopped(r, "<script>evil", "'onload")


@pytest.mark.parametrize("uri", WRONG[:20], ids=range(20))
def test_invalid_redirect_uri_by_get(stack, client, allowed, uri):
    stopped(allowed.authorize(**good(client, redirect_uri=uri)))


@pytest.mark.parametrize("uri", ["https://evil.test/callback",
                                 CALLBACK + "\r\nLocation: https://evil.test",
                                 "javascript:alert(1)"])
def test_each_web_server(each_stack, uri):
    """A1, A4: nothing in front of us makes a redirect of it."""
    client = each_stack.register_client(redirect_uris=[CALLBACK])
    stopped(each_stack.post("/oauth/authorize",
                            good(client, redirect_uri=uri)))


@pytest.mark.parametrize("change", [
    {"response_type": None}, {"response_type": "x"}, {"scope": "nonsense"},
    {"prompt": "none"}, {"prompt": "none login"}, {"code_challenge": None}])
def test_no_other_error_leads_to_it(stack, client, change):
    """A1: RFC 6749 section 4.1.2.1, "MUST NOT automatically redirect"."""
    r = stack.post("/oauth/authorize", good(
        client, redirect_uri="https://evil.test/", **change))
    stopped(r)


def test_another_clients_uri(stack, client, allowed):
    """A1."""
    other = stack.register_client(redirect_uris=["https://other.test/cb"])
    stopped(allowed.authorize(**good(
        client, redirect_uri="https://other.test/cb")))
    stopped(allowed.authorize(**good(other, redirect_uri=CALLBACK)))


@pytest.mark.parametrize("size", [8 << 10, 12 << 10, 60 << 10])
def test_a_long_uri(stack, client, size):
    """A8: longer than what could be given back, whatever is registered."""
    r = stack.post("/oauth/authorize", good(
        client, redirect_uri=CALLBACK + "/" + "x" * size))
    assert r.status_code == 414, r.text
    assert not {"Location", "Refresh"} & set(r.headers)
    assert "the request is too long" in r.text


def test_a_uri_as_long_as_may_be(stack, client):
    stopped(stack.post("/oauth/authorize", good(
        client, redirect_uri=CALLBACK + "/" + "x" * 6000)))


@pytest.mark.parametrize("size", [64 << 10, 1 << 20])
def test_a_uri_too_long(stack, client, size):
    """A8: refused by its length, without being read."""
    r = stack.post("/oauth/authorize", good(
        client, redirect_uri=CALLBACK + "/" + "x" * size))
    assert r.status_code == 413
    assert "Location" not in r.headers
    assert "redirect_uri is not one" not in r.text


def test_a_long_uri_in_the_query(stack, client):
    """A8: the query and lighttpd's own limit are between 8 and 64 KB."""
    conn = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    query = urlencode(good(client, redirect_uri=CALLBACK + "x" * 65536))
    conn.request("GET", "/oauth/authorize?" + query)
    r = conn.getresponse()
    assert r.status in (414, 431)
    assert r.getheader("Location") is None
    conn.close()


def test_a_registered_one_is_used(stack, client, allowed):
    r = allowed.authorize(**good(client, redirect_uri=CALLBACK))
    assert r.status_code == 303
    assert r.headers["Location"].startswith(CALLBACK + "?code=pac")


def test_left_out_where_one_is_registered(stack, client, allowed):
    """RFC 6749 section 3.1.2.3."""
    r = allowed.authorize(**good(client))
    assert r.headers["Location"].startswith(CALLBACK + "?code=pac")


def test_left_out_where_several_are_registered(stack, user):
    uris = [CALLBACK, "https://client.test/second"]
    several = stack.register_client(redirect_uris=uris)
    stopped(Browser(stack).authorize(**good(several)),
            why="redirect_uri is missing")
    for uri in uris:
        _, _, got = get_code(stack, several, user, redirect_uri=uri)
        assert "code" in got


@pytest.mark.parametrize("uris,why", [
    (["https://client.test/a", "https://client.test/b"],
     "redirect_uri is missing, and the client has registered several"),
    ([], "the client has registered no redirect_uri")])
def test_left_out_is_said_so(stack, uris, why):
    """And not that it is another one, nor that to the person."""
    client = stack.register_client(
        redirect_uris=uris, scope="profile",
        grant_types=["authorization_code"] if uris
        else ["client_credentials"], response_types=["code"] if uris else [])
    params = {"response_type": "code", "client_id": client.client_id,
              "code_challenge": pkce()[1], "code_challenge_method": "S256"}
    r = Browser(stack).authorize(**params)
    assert r.status_code == 400 and why in r.text
    assert "asked to send you on to an address" not in r.text
    r = stack.post("/oauth/par", params, client)
    assert r.status_code == 400 and r.json()["error_description"] == why


def test_of_several_each_and_no_mixture(stack, allowed):
    several = stack.register_client(redirect_uris=[
        "https://a.test/x", "https://b.test/y"])
    for uri in ["https://a.test/y", "https://b.test/x",
                "https://a.test/x https://b.test/y"]:
        stopped(allowed.authorize(**good(several, redirect_uri=uri)))
    for uri in ["https://a.test/x", "https://b.test/y"]:
        r = allowed.consent(allowed.authorize(**good(
            several, redirect_uri=uri, prompt="consent")))
        assert r.headers["Location"].startswith(uri + "?code=")


# -- loopback (RFC 8252 section 7.3)

def native(stack, *uris):
    return stack.register_client(redirect_uris=list(uris),
                                 token_endpoint_auth_method="none")


@pytest.mark.parametrize("registered, asked", [
    ("http://127.0.0.1/cb", "http://127.0.0.1:64000/cb"),
    ("http://127.0.0.1/cb", "http://127.0.0.1/cb"),
    ("http://127.0.0.1:1234/cb?a=b", "http://127.0.0.1:4321/cb?a=b"),
    ("http://[::1]/cb", "http://[::1]:50000/cb"),
    ("http://localhost/cb", "http://localhost:3000/cb")])
def test_loopback_has_any_port(stack, user, registered, asked):
    """A6: and the code goes with the URI that was asked with."""
    app = native(stack, registered)
    browser = Browser(stack)
    verifier, challenge = pkce()
    r = browser.authorize(**good(app, redirect_uri=asked,
                                 code_challenge=challenge))
    r = browser.consent(browser.sign_in(r, user.username, user.password))
    location = r.headers["Location"]
    assert location.startswith(asked + ("&" if "?" in asked else "?"))
    code = answer(r)["code"]
    r = redeem(stack, app, code, verifier, redirect_uri=asked)
    assert r.status_code == 200, r.text


@pytest.mark.parametrize("asked", [
    "http://127.0.0.1:64000/cb/", "http://127.0.0.1:64000/CB",
    "http://127.0.0.1:64000/cb?x=1", "http://127.0.0.1:64000/cb?",
    "http://127.0.0.1:64000/cb#x", "http://127.0.0.1:64000/",
    "http://127.0.0.1:64000", "https://127.0.0.1:64000/cb",
    "http://127.0.0.2:64000/cb", "http://localhost:64000/cb",
    "http://[::1]:64000/cb", "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:-1/cb", "http://127.0.0.1:+80/cb",
    "http://127.0.0.1: 80/cb", "http://127.0.0.1:0x50/cb",
    "http://127.0.0.1:80:80/cb", "http://127.0.0.1:80@evil.test/cb",
    "http://evil@127.0.0.1:80/cb", "http://127.0.0.1.evil.test:80/cb",
    "http://127.1:80/cb", "http://2130706433:80/cb", "http://0177.0.0.1/cb",
    "http://127.0.0.1:64000/%63b", "http://127.0.0.1:6\u0664/cb"])
def test_loopback_is_alike_in_all_but_the_port(stack, asked):
    """A6."""
    app = native(stack, "http://127.0.0.1/cb")
    stopped(stack.post("/oauth/authorize", good(app, redirect_uri=asked)))


def test_only_loopback_has_any_port(stack, client):
    stopped(stack.post("/oauth/authorize", good(
        client, redirect_uri="https://client.test:8443/callback")))
    app = native(stack, "com.example.app://host/cb")
    stopped(stack.post("/oauth/authorize", good(
        app, redirect_uri="com.example.app://host:1/cb")))


@pytest.mark.parametrize("uri", ["com.example.app:/callback",
                                 "com.example.app://callback/x"])
def test_private_use_scheme(stack, user, uri):
    """A7: RFC 8252 section 7.1."""
    app = native(stack, uri)
    browser = Browser(stack)
    r = browser.authorize(**good(app))
    r = browser.consent(browser.sign_in(r, user.username, user.password))
    assert r.headers["Location"].startswith(uri + "?code=pac")
    stopped(browser.authorize(**good(app, redirect_uri=uri.upper())))


# -- the redirect itself

def test_query_of_the_uri_is_kept(stack, user):
    """A12: RFC 6749 section 3.1.2, "MUST be retained"."""
    uri = "https://client.test/cb?tenant=1&x=%20y&codes=2&mystate=3"
    client = stack.register_client(redirect_uris=[uri])
    browser = Browser(stack)
    r = browser.authorize(**good(client))
    r = browser.consent(browser.sign_in(r, user.username, user.password))
    location = r.headers["Location"]
    assert location.startswith(uri + "&code=pac")
    pairs = parse_qsl(urlsplit(location).query)
    assert [n for n, _ in pairs] == ["tenant", "x", "codes", "mystate",
                                     "code", "state", "iss"]


def test_query_of_the_uri_is_kept_with_an_error(stack):
    uri = "https://client.test/cb?tenant=1"
    client = stack.register_client(redirect_uris=[uri])
    r = stack.post("/oauth/authorize", good(client, scope="nonsense"))
    assert r.headers["Location"].startswith(
        uri + "&error=invalid_scope&error_description=")


def test_the_token_endpoint_wants_the_same_uri(stack, client, allowed):
    """A9: RFC 6749 section 4.1.3."""
    for wrong in [None, CALLBACK + "/", quote(CALLBACK, safe=":/") + "?",
                  CALLBACK.replace("callback", "%63allback"),
                  CALLBACK.upper(), "https://evil.test/"]:
        verifier, challenge = pkce()
        code = answer(allowed.authorize(**good(
            client, redirect_uri=CALLBACK,
            code_challenge=challenge)))["code"]
        extra = {"redirect_uri": wrong} if wrong else {}
        r = redeem(stack, client, code, verifier, **extra)
        assert r.status_code == 400 and r.json()["error"] == "invalid_grant"
        assert r.headers["Cache-Control"] == "no-store"


# -- what the forms send back (A10)

def changed(request, **change):
    pairs = dict(parse_qsl(request, keep_blank_values=True))
    return urlencode({**pairs, **change})


@pytest.fixture
def consent_page(stack, user):
    """The page of a client with more that could be asked for."""
    client = stack.register_client(redirect_uris=[
        CALLBACK, "https://client.test/second"])
    browser = Browser(stack)
    r = browser.authorize(**good(client, redirect_uri=CALLBACK))
    return browser, browser.sign_in(r, user.username, user.password)


@pytest.mark.parametrize("change", [
    {"redirect_uri": "https://client.test/second"}, {"scope": "email"},
    {"scope": "profile email"}, {"state": "other"}, {"response_type": "token"},
    {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}])
def test_a_consent_form_whose_request_was_changed(stack, consent_page,
                                                  change):
    """A10: what was allowed is what was shown."""
    browser, r = consent_page
    fields = hidden_fields(r.text)
    r = browser.submit(r, decision="allow",
                       request=changed(fields["request"], **change))
    if "Location" in r.headers:
        assert "code=" not in r.headers["Location"]
        assert answer(r)["error"] == "unauthorized_client"
    else:
        assert r.status_code == 400
        assert "no longer valid" in r.text


def test_a_consent_form_with_another_client(stack, consent_page):
    """A10."""
    browser, r = consent_page
    evil = stack.register_client(redirect_uris=["https://evil.test/"])
    fields = hidden_fields(r.text)
    r = browser.submit(r, decision="allow", request=changed(
        fields["request"], client_id=evil.client_id,
        redirect_uri="https://evil.test/"))
    assert r.status_code == 400 and "Location" not in r.headers
    assert "no longer valid" in r.text
    assert stack.sql("SELECT count(*) FROM oauth.consent WHERE client_id = %s",
                     evil.client_id) == [(0,)]


def test_a_form_with_an_unregistered_uri(stack, consent_page):
    """A10."""
    browser, page = consent_page
    request = changed(hidden_fields(page.text)["request"],
                      redirect_uri="https://evil.test/")
    for decision in ["allow", "deny", "switch"]:
        stopped(browser.submit(page, decision=decision, request=request))
