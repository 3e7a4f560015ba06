"""Device authorization (RFC 8628), the person's side: the page where the code
is typed, and whose answer counts."""
import html
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from device import (GRANT, change, decided, expire, poll, public, refused,
                    register, row, start)
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


# -- whose answer it is

def nothing(stack, got, r, status):
    assert r.status_code == status, r.text
    assert row(stack, got)["decision"] is None


def test_the_form_of_another_session(stack, client, signed_in):
    """H91: the attacker's own page, submitted by the victim."""
    got = start(stack, client)
    _, r = sign_in(stack, stack.create_user(), got)
    nothing(stack, got, signed_in.consent(r), 400)


def test_no_session(stack, client, signed_in):
    got = start(stack, client)
    r = Browser(stack).consent(scanned(signed_in, got))
    nothing(stack, got, r, 200)
    assert asks_who(r)


@pytest.mark.parametrize("token", ["", "A" * 43, None, "x" * 3000])
@pytest.mark.parametrize("decision", ["allow", "deny", "switch"])
def test_another_form_token(stack, client, signed_in, token, decision):
    got = start(stack, client)
    r = scanned(signed_in, got)
    data = {**hidden_fields(r.text), "decision": decision,
            "form_token": token}
    nothing(stack, got, signed_in.post(stack.url + "/oauth/device", data=data,
                                       timeout=30), 400)
    assert asks_decision(scanned(signed_in, got))


def test_the_token_of_another_code(stack, client, signed_in):
    """A page for the attacker's own device gives none for another."""
    mine, got = start(stack, client), start(stack, client)
    r = scanned(signed_in, mine)
    nothing(stack, got, signed_in.submit(
        r, decision="allow", request="user_code=" + got["user_code"]), 400)


def test_tokens_of_other_forms(stack, client, user, signed_in):
    """One purpose, one token: those of sign-in and consent are none here,
    and ours is none there."""
    got = start(stack, client)
    request = "user_code=" + got["user_code"]
    app = stack.register_client()
    consent = signed_in.authorize(
        response_type="code", client_id=app.client_id, state="s",
        code_challenge=pkce()[1], code_challenge_method="S256")
    who = Browser(stack)
    sign_in_page = scanned(who, got)
    for page in consent, sign_in_page:
        token = hidden_fields(page.text)["form_token"]
        nothing(stack, got, signed_in.post(
            stack.url + "/oauth/device", timeout=30, data={
                "request": request, "form_token": token,
                "decision": "allow"}), 400)
    ours = hidden_fields(scanned(signed_in, got).text)["form_token"]
    r = signed_in.post(stack.url + "/oauth/consent", timeout=30,
                       allow_redirects=False, data={
                           **hidden_fields(consent.text), "form_token": ours,
                           "decision": "allow"})
    assert r.status_code == 400
    r = who.submit(sign_in_page, username=user.username,
                   password=user.password, form_token=ours)
    assert r.status_code == 403 and "postern_session" not in who.cookies


def test_sign_in_for_another_code(stack, client, user):
    """Login CSRF: the form is this browser's, and for this code."""
    got, browser = start(stack, client), Browser(stack)
    r = scanned(browser, start(stack, client))
    r = browser.submit(r, username=user.username, password=user.password,
                       request="user_code=" + got["user_code"])
    assert r.status_code == 403 and "postern_session" not in browser.cookies
    r = Browser(stack).submit(scanned(browser, got), username=user.username,
                              password=user.password)
    assert r.status_code == 403


@pytest.mark.parametrize("request_text", [
    "", "user_code=", "user_code=x", "user_code=BBBB-BBBA", "a=b", "%",
    "user_code=BBBB-BBBB&user_code=BBBB-BBBB"])
@pytest.mark.parametrize("path", ["/oauth/device", "/oauth/sign-in"])
def test_requests_that_hold_no_code(stack, signed_in, path, request_text):
    r = signed_in.post(stack.url + path, timeout=30, data={
        "request": request_text, "form_token": "x", "decision": "allow"})
    if path == "/oauth/device" and not request_text:
        assert r.status_code == 200     # as if the form had been empty
    else:
        assert r.status_code == 400
    assert 'name="decision"' not in r.text


def test_a_decision_is_no_get(stack, client, signed_in):
    got = start(stack, client)
    r = scanned(signed_in, got)
    nothing(stack, got, signed_in.get(
        stack.url + "/oauth/device", timeout=30, params={
            **hidden_fields(r.text), "decision": "allow"}), 200)


def test_a_parameter_twice(stack, client, signed_in):
    """B14."""
    got = start(stack, client)
    r = scanned(signed_in, got)
    data = list(hidden_fields(r.text).items()) + [
        ("decision", "deny"), ("decision", "allow")]
    nothing(stack, got, signed_in.post(
        stack.url + "/oauth/device", data=data, timeout=30), 400)
    nothing(stack, got, signed_in.get(
        stack.url + "/oauth/device", timeout=30,
        params=[("user_code", got["user_code"]), ("user_code", "x")]), 400)


@pytest.mark.parametrize("happens", [
    "UPDATE oauth.session SET expires_at = now() WHERE user_id = %s",
    "UPDATE oauth.session SET last_seen_at = '2020-01-01' WHERE user_id = %s",
    "DELETE FROM oauth.session WHERE user_id = %s",
    "UPDATE oauth.end_user SET disabled_at = now() WHERE user_id = %s"])
def test_the_session_ends_before_the_answer(stack, client, happens):
    user, got = stack.create_user(), start(stack, client)
    browser, r = sign_in(stack, user, got)
    [[user_id]] = stack.sql("SELECT user_id FROM oauth.end_user"
                            " WHERE sub = %s", user.sub)
    stack.sql(happens, user_id)
    r = browser.consent(r)
    nothing(stack, got, r, 200)
    assert asks_who(r)


def test_too_late(stack, client, user, signed_in):
    """Expired, or decided by somebody else, between page and answer."""
    for happens in (lambda g: expire(stack, g),
                    lambda g: decided(stack, g, user, "denied"),
                    lambda g: stack.sql("SELECT oauth.revoke_client_tokens"
                                        "(%s)", client.client_id)):
        got = start(stack, client)
        r = scanned(signed_in, got)
        assert asks_decision(r)
        happens(got)
        no_such_code(signed_in.consent(r))
        assert row(stack, got)["decision"] != "allowed"


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


# -- at once (two processes of each program behind a web server)

def test_two_people_decide_at_once(stack):
    """One is heard; the other is told that nobody waits."""
    c = public(stack)
    people = [stack.create_user() for _ in range(2)]
    got = start(stack, c)
    browsers = [sign_in(stack, p, got)[0] for p in people]
    heard = []
    with ThreadPoolExecutor(2) as pool:
        for n in range(20):
            got = start(stack, c)
            pages = [scanned(b, got) for b in browsers]
            together = Barrier(2)

            def say(i, pages=pages, together=together):
                together.wait()
                return browsers[i].consent(
                    pages[i], "deny" if i else "allow")

            answers = list(pool.map(say, range(2)))
            assert sorted(r.status_code for r in answers) == [200, 403], n
            [winner] = [i for i in range(2) if answers[i].status_code == 200]
            no_such_code(answers[1 - winner])
            kept = row(stack, got)
            assert kept["decision"] == ["allowed", "denied"][winner]
            assert stack.sql("SELECT sub FROM oauth.end_user"
                             " WHERE user_id = %s", kept["user_id"]) \
                == [(people[winner].sub,)]
            heard.append(winner)
    consents = stack.sql("SELECT u.sub FROM oauth.consent k"
                         " JOIN oauth.end_user u USING (user_id)"
                         " WHERE client_id = %s", c.client_id)
    assert consents == ([(people[0].sub,)] if 0 in heard else [])


def test_one_person_presses_twice(stack, client, signed_in):
    """Both buttons, from two tabs: the first counts."""
    got = start(stack, client)
    pages = [scanned(signed_in, got) for _ in range(2)]
    assert signed_in.consent(pages[0]).status_code == 200
    no_such_code(signed_in.consent(pages[1], "deny"))
    assert row(stack, got)["decision"] == "allowed"


@pytest.mark.parametrize("decision,title", [
    ("allow", "Your device is connected"),
    ("deny", "The device was denied access")])
def test_the_same_again(stack, client, user, signed_in, decision, title):
    """The last page, loaded anew, does not say that the code was wrong; but
    not to another person, nor when it is no longer so."""
    got = start(stack, client)
    page = scanned(signed_in, got)
    for _ in range(2):
        r = signed_in.consent(page, decision)
        assert r.status_code == 200 and title in r.text
    other = stack.create_user()
    for sub, status in (other.sub, 403), (user.sub, 200):
        change(stack, got, "user_id = (SELECT u.user_id FROM oauth.end_user u"
                           f" WHERE u.sub = '{sub}')")
        assert signed_in.consent(page, decision).status_code == status
    expire(stack, got)
    no_such_code(signed_in.consent(page, decision))


def test_the_same_again_when_the_device_has_gone_on(stack, client, signed_in):
    got = start(stack, client)
    page = scanned(signed_in, got)
    signed_in.consent(page)
    assert poll(stack, client, got["device_code"]).status_code == 200
    r = signed_in.consent(page)
    assert r.status_code == 200 and "Your device is connected" in r.text


def test_a_form_that_can_not_be_read(stack):
    for body in b"user_code=%zz", b"user_code=%ff", b"user_code=%00":
        r = stack.post("/oauth/device", body, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        assert r.status_code == 400
        assert 'name="user_code"' not in r.text
