"""OpenID Connect Front-Channel Logout 1.0: clients are told by frames of the
signed-out page."""
import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import chromium
import pytest
import requests
from logout import (AFTER, Listener, claims, end_session, is_signed_in,
                    register, reply, says_signed_out, sign_in)
from postern_stack import Browser, pkce, redeem, remember


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


class Page(HTMLParser):
    """.frames and .refresh of a page: the attributes of these elements."""

    def __init__(self, text):
        super().__init__()
        self.frames, self.refresh, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "iframe":
            self.frames.append(attrs)
        elif tag == "meta" and "http-equiv" in attrs:
            self.refresh.append(attrs["content"])
        elif tag == "a":
            self.links.append(attrs["href"])


def frame_sources(r):
    """By CSP: what may be framed."""
    found = re.search("frame-src ([^;]*)",
                      r.headers["Content-Security-Policy"])
    return set(found.group(1).split()) if found else set()


# -- certification: oidcc-frontchannel-rp-initiated-logout-certification-test-plan

def test_oidcc_frontchannel_logout_discovery_endpoint_verification(stack):
    got = requests.get(stack.url + "/.well-known/openid-configuration",
                       timeout=30).json()
    assert got["frontchannel_logout_supported"] is True
    assert got["frontchannel_logout_session_supported"] is True
    assert got["end_session_endpoint"]


def test_oidcc_frontchannel_rp_initiated_logout(stack, user, browser):
    client = register(
        stack, frontchannel_logout_uri="https://client.test/front?a=1&b=2",
        frontchannel_logout_session_required=True)
    token = sign_in(stack, client, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token, state="s&t",
                    post_logout_redirect_uri=AFTER)
    assert says_signed_out(r) and "Location" not in r.headers
    page = Page(r.text)
    [frame] = page.frames
    src = urlsplit(frame["src"])
    assert frame["src"].startswith("https://client.test/front?a=1&b=2&")
    assert parse_qs(src.query) == {
        "a": ["1"], "b": ["2"], "iss": [stack.url],
        "sid": [claims(token)["sid"]]}
    assert frame_sources(r) == {"https://client.test"}
    assert r.headers["X-Frame-Options"] == "DENY"
    # And then on to where the person came from.
    [refresh] = page.refresh
    seconds, _, to = refresh.partition(";url=")
    assert (to, page.links) == (AFTER + "?state=s%26t",
                                [AFTER + "?state=s%26t"])
    assert 1 <= int(seconds) <= 5
    assert not is_signed_in(browser, client)
    assert "no-store" in r.headers["Cache-Control"]
    assert "postern_session=;" in r.headers["Set-Cookie"]


# -- and more

def test_without_a_return(stack, user, browser):
    client = register(stack,
                      frontchannel_logout_uri="https://client.test/front")
    token = sign_in(stack, client, user, browser)["id_token"]
    page = Page(end_session(browser, id_token_hint=token).text)
    # iss and sid also where they were not asked for.
    assert set(parse_qs(urlsplit(page.frames[0]["src"]).query)) == {
        "iss", "sid"}
    assert not page.refresh and not page.links


def test_each_client_of_the_session(stack, user, browser):
    """Also after the confirmation, and of whoever else was in it; not of
    those that are disabled or in other sessions."""
    hosts = ["one.test", "two.test", "elsewhere.test", "disabled.test"]
    one, two, elsewhere, disabled = [register(
        stack, frontchannel_logout_uri=f"https://{h}/front",
        redirect_uris=[f"https://{h}/cb"]) for h in hosts]
    asks = register(stack)
    for client in one, two, two, disabled, asks:
        sign_in(stack, client, user, browser)
    sign_in(stack, elsewhere, user, Browser(stack))
    stack.sql("SELECT oauth.disable_client(%s)", disabled.client_id)
    r = end_session(browser, client_id=asks.client_id,
                    post_logout_redirect_uri=AFTER)
    assert not Page(r.text).frames
    r = browser.submit(r, decision="sign-out")
    page = Page(r.text)
    assert sorted(urlsplit(f["src"]).hostname for f in page.frames) == [
        "one.test", "two.test"]
    assert frame_sources(r) == {"https://one.test", "https://two.test"}
    assert page.links == [AFTER]


def test_none_at_all(stack, user, browser):
    """Then there is no page in between."""
    client = register(stack)
    token = sign_in(stack, client, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER)


def test_twice(stack, user, browser):
    """The second time there is no session, and nobody to tell."""
    client = register(stack,
                      frontchannel_logout_uri="https://client.test/front")
    token = sign_in(stack, client, user, browser)["id_token"]
    assert Page(end_session(browser, id_token_hint=token).text).frames
    assert not Page(end_session(browser, id_token_hint=token).text).frames


def test_very_many(stack, user, browser):
    """A page has room for so many."""
    for _ in range(3):
        token = sign_in(stack, register(
            stack, frontchannel_logout_uri="https://client.test/front"),
            user, browser)["id_token"]
    sid = claims(token)["sid"]
    stack.sql("INSERT INTO oauth.client (client_id, client_secret_verifier,"
              " frontchannel_logout_uri)"
              " SELECT 'front-' || n, 'sha256:' || repeat('0', 64),"
              " 'https://host-' || n || '.test/' FROM generate_series(1, 100)"
              " AS n")
    stack.sql("INSERT INTO oauth.session_client SELECT %s, 'front-' || n"
              " FROM generate_series(1, 100) AS n", sid)
    r = end_session(browser, id_token_hint=token)
    stack.sql("DELETE FROM oauth.client"
              " WHERE starts_with(client_id, 'front-')")
    assert len(Page(r.text).frames) == 50
    assert not stack.sql("SELECT FROM oauth.session_client WHERE sid = %s",
                         sid)


@pytest.mark.parametrize("uri", [
    'https://client.test/front?x="><script>alert(1)</script>',
    "https://client.test/front?{sid}", "https://client.test/'onload='x"])
def test_a_hostile_uri(stack, user, browser, uri):
    """Whatever stands there: registration, which would refuse most of it,
    is not what the page relies on."""
    client = register(stack,
                      frontchannel_logout_uri="https://client.test/front")
    stack.sql("UPDATE oauth.client SET frontchannel_logout_uri = %s"
              " WHERE client_id = %s", uri, client.client_id)
    token = sign_in(stack, client, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token)
    assert says_signed_out(r)
    assert "<script" not in r.text
    for frame in Page(r.text).frames:
        assert set(frame) <= {"hidden", "src", "sandbox", "referrerpolicy"}
        assert unescape(frame["src"]).startswith(uri)


def test_javascript_is_no_page(stack, user, browser):
    client = register(stack,
                      frontchannel_logout_uri="https://client.test/front")
    stack.sql("UPDATE oauth.client SET frontchannel_logout_uri ="
              " 'javascript:alert(1)' WHERE client_id = %s", client.client_id)
    token = sign_in(stack, client, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token)
    assert says_signed_out(r) and "javascript" not in r.text


def test_in_a_browser(stack, user):
    """Chromium loads the frame, and then goes on."""
    rp = Listener()
    rp.answer = lambda handler, hit: reply(
        handler, 200, b"<title>Landed</title><link rel=icon href=data:,>",
        Content_Type="text/html")
    client = register(
        stack, redirect_uris=[rp.url + "/cb"],
        post_logout_redirect_uris=[rp.url + "/after"],
        frontchannel_logout_uri=rp.url + "/front",
        frontchannel_logout_session_required=True)
    verifier, challenge = pkce()
    with chromium.new_browser() as browser:
        browser.get(f"{stack.url}/oauth/authorize?response_type=code"
                    f"&client_id={client.client_id}&scope=openid"
                    f"&code_challenge={challenge}&code_challenge_method=S256")
        chromium.sign_in(browser, user.username, user.password)
        chromium.decide(browser, "allow")
        chromium.wait(browser, lambda b: "/cb?" in b.current_url)
        code = parse_qs(urlsplit(browser.current_url).query)["code"][0]
        tokens = redeem(stack, client, code, verifier).json()
        remember(code, tokens["access_token"], tokens["refresh_token"])
        token = tokens["id_token"]
        browser.get_log("browser")
        browser.get(f"{stack.url}/oauth/logout?id_token_hint={token}&state=s"
                    f"&post_logout_redirect_uri={rp.url}/after")
        assert browser.title == "Signed out"
        chromium.wait(browser, lambda b: b.title == "Landed")
        assert browser.current_url == rp.url + "/after?state=s"
        assert not browser.get_log("browser")
    rp.close()
    assert [urlsplit(h.path).path for h in rp.hits] == [
        "/cb", "/front", "/after"]
    front = rp.hits[1]
    assert parse_qs(urlsplit(front.path).query) == {
        "iss": [stack.url], "sid": [claims(token)["sid"]]}
    assert "Referer" not in front.headers
