"""Device authorization (RFC 8628), the person's side: the page where the code
is typed, what it shows, and how often one may guess."""
import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from device import (GRANT, change, decided, expire, poll, public, refused,
                    register, row, start)
from device_page import (asks_decision, asks_who, no_such_code, scanned,
                         sign_in, typed)
from postern_stack import Browser, hidden_fields, pkce, remember


@pytest.fixture(scope="module")
def client(stack):
    return register(stack)


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(autouse=True)
def forget_attempts(stack):
    """Tests are many, and all from one address."""
    stack.sql("DELETE FROM oauth.sign_in_throttle")


# -- the page (RFC 8628 section 3.3)

@pytest.fixture(scope="module")
def signed_in(stack, user):
    return sign_in(stack, user, start(stack, public(stack)))[0]


def test_the_whole_way(each_stack):
    """Type, sign in, allow; and the device has its tokens."""
    stack = each_stack
    c, user = public(stack, scope="profile email"), stack.create_user()
    got = start(stack, c, scope="profile")
    browser = Browser(stack)
    r = typed(browser, got["user_code"])
    assert asks_who(r)
    assert r.headers["X-Frame-Options"] == "DENY"
    r = browser.sign_in(r, user.username, "wrong")
    assert r.status_code == 403
    r = browser.sign_in(r, user.username, user.password)
    assert asks_decision(r), r.text
    refused(poll(stack, c, got["device_code"]), "authorization_pending")
    r = browser.consent(r)
    assert r.status_code == 200 and 'name="decision"' not in r.text
    remember(*browser.cookies.values())
    tokens = poll(stack, c, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    assert stack.me(tokens["access_token"]).json()["id"] == user.sub
    assert stack.sql("SELECT scope FROM oauth.consent WHERE client_id = %s",
                     c.client_id) == [("profile",)]


def test_the_question(stack, user, signed_in):
    """RFC 8628 section 5.4: who asks, from where, how long ago, for what; and
    the code, to be compared with what the device shows."""
    c = public(stack, client_name="Radio & <b>Sons</b>")
    got = start(stack, c, scope="profile email")
    change(stack, got, "issued_at = now() - interval '3 minutes',"
           " asked_from = '2001:db8::7'")
    stack.sql("UPDATE oauth.client SET tokens_valid_after = '-infinity'"
              " WHERE client_id = %s", c.client_id)
    text = re.sub("<style>.*?</style>|</?bdi>", "",
                  scanned(signed_in, got).text, flags=re.S)
    for words in ["Radio &amp; &lt;b&gt;Sons&lt;/b&gt;", got["user_code"],
                  "2001:db8::7", "3 minutes", user.username,
                  "See your name", "See your email"]:
        assert words in text, words
    assert "See your days" not in text
    assert re.findall('name="decision" value="([^"]*)"', text) \
        == ["switch", "deny", "allow"]


def test_the_address_is_that_of_the_device(stack, client):
    assert row(stack, start(stack, client))["asked_from"] \
        in ("127.0.0.1", "::1")


@pytest.mark.parametrize("spell", [
    str.lower, str.title, lambda c: c.replace("-", ""),
    lambda c: c.replace("-", " "), lambda c: f"  {c.lower()}\t",
    lambda c: "-".join(c), lambda c: c.replace("-", "\u2013")])
def test_spelling(stack, client, signed_in, spell):
    """Attack 69; RFC 8628 section 6.1."""
    got = start(stack, client)
    assert asks_decision(typed(signed_in, spell(got["user_code"])))


def test_codes_that_are_not_to_be_had(stack, client, user, signed_in):
    """Never issued, malformed, expired, decided, used, of a client that is
    gone: all the same answer."""
    codes = ["BBBB-BBBB", "x", "-", "BBBB-BBBA", "BBBB-BBBBB", "B" * 500,
             "1234-5678"]
    for make in [
            lambda g: expire(stack, g),
            lambda g: decided(stack, g, user),
            lambda g: decided(stack, g, user, "denied"),
            lambda g: (decided(stack, g, user), poll(
                stack, client, g["device_code"]))]:
        got = start(stack, client)
        make(got)
        codes.append(got["user_code"])
    gone = public(stack)
    got = start(stack, gone)
    stack.sql("SELECT oauth.delete_client(%s)", gone.client_id)
    codes.append(got["user_code"])
    pages = set()
    for code in codes:
        text = no_such_code(typed(signed_in, code)).text
        shown = {html.escape(code), re.sub(
            "(....)(....)", r"\1-\2", code.replace("-", ""))}
        for spelling in shown:
            text = text.replace(f'value="{spelling}"', 'value=""')
        pages.add(text)
    assert len(pages) == 1


def test_what_is_typed_is_escaped(stack, signed_in):
    """Attack 69: typed and in the address, signed in and not."""
    bad = '"><script>alert(1)</script>'
    for browser in signed_in, Browser(stack):
        for r in typed(browser, bad), browser.get(
                stack.url + "/oauth/device", params={"user_code": bad},
                timeout=30):
            no_such_code(r)
            assert "<script" not in r.text
            assert "script" not in r.headers["Content-Security-Policy"]


def test_nobody_learns_of_a_code_without_signing_in(stack, client):
    """Right and wrong codes lead to the same sign-in page, and cost
    nothing."""
    got, browser = start(stack, client), Browser(stack)
    pages = set()
    for code in got["user_code"], "BBBB-BBBB":
        r = typed(browser, code)
        assert asks_who(r)
        text = r.text.replace(code, "CODE")
        pages.add(re.sub('name="form_token" value="[^"]*"', "", text))
    assert len(pages) == 1
    assert "Television" not in pages.pop()
    assert stack.sql("SELECT * FROM oauth.sign_in_throttle") == []


def test_denied_at_the_page(stack, client, signed_in):
    got = start(stack, client)
    r = scanned(signed_in, got)
    r = signed_in.consent(r, "deny")
    assert r.status_code == 200 and 'name="decision"' not in r.text
    refused(poll(stack, client, got["device_code"]), "access_denied")
    no_such_code(scanned(signed_in, got))
    assert stack.sql("SELECT scope FROM oauth.consent WHERE client_id = %s"
                     " AND scope LIKE '%%email%%'", client.client_id) == []


@pytest.mark.parametrize("decision", ["", "ALLOW", "allow ", "yes", None])
def test_all_but_allow_is_a_no(stack, client, signed_in, decision):
    got = start(stack, client)
    r = scanned(signed_in, got)
    data = {**hidden_fields(r.text), "decision": decision}
    r = signed_in.post(stack.url + "/oauth/device", data=data, timeout=30)
    assert r.status_code == 200
    refused(poll(stack, client, got["device_code"]), "access_denied")


def test_somebody_else(stack, client):
    """"switch": the session ends, and who signs in then decides."""
    first, second = stack.create_user(), stack.create_user()
    got = start(stack, client)
    browser, r = sign_in(stack, first, got)
    r = browser.consent(r, "switch")
    assert asks_who(r) and "postern_session" not in browser.cookies
    refused(poll(stack, client, got["device_code"]), "authorization_pending")
    r = browser.sign_in(r, second.username, second.password)
    assert asks_decision(r) and second.username in r.text
    browser.consent(r)
    tokens = poll(stack, client, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"],
             *browser.cookies.values())
    assert stack.me(tokens["access_token"]).json()["id"] == second.sub


def test_consent_is_remembered_for_the_other_grants(stack, signed_in):
    """And widened, as on the consent page."""
    c = public(stack, grant_types=[GRANT, "authorization_code"],
               redirect_uris=["https://client.test/cb"],
               response_types=["code"])
    for scope, kept in [("email", "email"), ("profile", "email profile")]:
        signed_in.consent(scanned(signed_in, start(stack, c, scope=scope)))
        assert stack.sql("SELECT scope FROM oauth.consent"
                         " WHERE client_id = %s", c.client_id) == [(kept,)]
    r = signed_in.authorize(
        response_type="code", client_id=c.client_id, state="s",
        code_challenge=pkce()[1], code_challenge_method="S256",
        scope="email profile")
    assert r.status_code == 303 and "code=" in r.headers["Location"]
    # But a device is asked for each time: it may not be theirs.
    assert asks_decision(scanned(signed_in, start(stack, c, scope="email")))


def test_how_they_signed_in_is_kept(stack, client, user, signed_in):
    got = start(stack, client)
    signed_in.consent(scanned(signed_in, got))
    kept = row(stack, got)
    sessions = stack.sql(
        "SELECT v.auth_time, v.acr, v.amr FROM oauth.session v"
        " JOIN oauth.end_user u USING (user_id) WHERE u.sub = %s", user.sub)
    assert (kept["auth_time"], kept["acr"], kept["amr"]) in sessions
    assert kept["amr"] == "pwd" and kept["decided_at"] is not None


def test_a_form_that_can_not_be_read(stack):
    for body in b"user_code=%zz", b"user_code=%ff", b"user_code=%00":
        r = stack.post("/oauth/device", body, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        assert r.status_code == 400
        assert 'name="user_code"' not in r.text


# -- how often one may guess (RFC 8628 section 5.1)

def test_guessing_is_throttled(stack, client, setting):
    """By person, whatever the session; a right code does not count, and is
    not looked at either when there were too many wrong ones."""
    setting(account_burst=5, account_interval="1 hour")
    user, got = stack.create_user(), start(stack, client)
    browser, _ = sign_in(stack, user, got)
    for _ in range(10):
        assert asks_decision(typed(browser, got["user_code"]))
    for _ in range(5):
        no_such_code(typed(browser, "BBBB-BBBB"))
    no_such_code(typed(browser, "BBBB-BBBB"), 429)
    no_such_code(typed(browser, got["user_code"]), 429)
    # What is no code at all is told without a look.
    no_such_code(typed(browser, "x"))
    # A new session of the same person changes nothing.
    again = Browser(stack)
    r = again.sign_in(scanned(again, got), user.username, user.password)
    no_such_code(r, 429)
    # Somebody else at the same address may.
    other, _ = sign_in(stack, stack.create_user(), got)
    remember(*again.cookies.values(), *other.cookies.values())
    # And so may they, once an interval has passed.
    stack.sql("UPDATE oauth.sign_in_throttle"
              " SET arrival = arrival - interval '1 hour'"
              " WHERE kind = 'device'")
    no_such_code(typed(browser, "BBBB-BBBB"))
    no_such_code(typed(browser, got["user_code"]), 429)


def test_guessing_is_throttled_by_address(stack, client, setting):
    setting(address_burst=6, address_interval="1 hour")
    got = start(stack, client)
    stack.sql("DELETE FROM oauth.sign_in_throttle")
    browsers = [sign_in(stack, stack.create_user(), got)[0]
                for _ in range(3)]
    for browser in browsers:
        for _ in range(2):
            no_such_code(typed(browser, "BBBB-BBBB"))
    for browser in browsers:
        no_such_code(typed(browser, "BBBB-BBBB"), 429)
        no_such_code(typed(browser, got["user_code"]), 429)
    # Guesses do not keep anybody from signing in, nor the other way round.
    kinds = dict(stack.sql("SELECT kind, count(*) FROM oauth.sign_in_throttle"
                           " GROUP BY kind"))
    assert kinds["device"] == 4


def test_guesses_at_once(stack, client, setting):
    """None slips through beside the others."""
    setting(account_burst=5, account_interval="1 hour")
    user, got = stack.create_user(), start(stack, client)
    browser, _ = sign_in(stack, user, got)

    def guess(_):
        return requests.post(
            stack.url + "/oauth/device", data={"user_code": "BBBB-BBBB"},
            cookies=browser.cookies.get_dict(), timeout=30).status_code

    with ThreadPoolExecutor(30) as pool:
        answers = sorted(pool.map(guess, range(30)))
    assert answers == [403] * 5 + [429] * 25


# -- the QR code

def test_qr(each_stack):
    """Draws any code that could be one, and looks nothing up."""
    stack = each_stack
    url = stack.url + "/oauth/device/qr"
    r = requests.get(url, params={"user_code": "wdjb mjht"}, timeout=30)
    assert r.status_code == 200 and "WDJB-MJHT" in r.text
    for bad in "x", "", '"><script>', "WDJB-MJHA", None:
        r = requests.get(url, params={"user_code": bad}, timeout=30)
        assert r.status_code == 400 and "<script" not in r.text
    assert requests.post(url, timeout=30).status_code == 405
    assert requests.get(url + "/x", timeout=30).status_code == 404
