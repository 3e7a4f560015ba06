"""Device authorization (RFC 8628), the person's side: whose answer counts, and
which of several."""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from device import change, decided, expire, poll, public, register, row, start
from device_page import (asks_decision, asks_who, no_such_code, scanned,
                         sign_in)
from postern_stack import Browser, hidden_fields, pkce


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


@pytest.fixture(scope="module")
def signed_in(stack, user):
    return sign_in(stack, user, start(stack, public(stack)))[0]


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
