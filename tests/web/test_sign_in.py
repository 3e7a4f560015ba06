"""Signing in: forms, cookies, passwords, and how often one may try."""
import http.client
import re
import secrets
import threading
import time
import unicodedata

import pytest
import requests

import racing
from postern_stack import (Browser, answer, get_code, hidden_fields, pkce)

# Of lengths that the harness would not make: 0 and 1 byte, on both sides of
# 72, at which bcrypt would cut, and long.
LENGTHS = [1, 8, 72, 73, 1024]


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(autouse=True)
def forget_attempts(stack):
    """Tests are many, and all from one address."""
    stack.sql("DELETE FROM oauth.sign_in_throttle")


def good(client, **change):
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "profile", "state": "s", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **change}
    return {k: v for k, v in params.items() if v is not None}


def start(stack, client, **change):
    """-> a browser, and the sign-in page it looks at."""
    browser = Browser(stack)
    r = browser.authorize(**good(client, **change))
    assert r.status_code == 200 and 'name="password"' in r.text
    return browser, r


def is_signed_in(browser, r):
    return (r.status_code == 200 and 'name="decision"' in r.text
            and "postern_session" in browser.cookies)


def refused(browser, r, status=403):
    assert r.status_code == status, r.text
    assert "Location" not in r.headers
    assert 'name="password"' in r.text and 'role="alert"' in r.text
    assert "postern_session" not in browser.cookies
    return r


def cookies_of(response):
    return response.raw.headers.getlist("Set-Cookie")


# -- the form is this browser's (RFC 9700 section 4.7, login CSRF)

def test_sign_in(each_stack):
    client, user = each_stack.register_client(), each_stack.create_user()
    browser, r = start(each_stack, client)
    r = browser.sign_in(r, user.username, user.password)
    assert is_signed_in(browser, r)


def test_the_answer_is_a_see_other(stack, client, user):
    """RFC 9700 section 4.12: 303, so that no browser sends the password
    again."""
    browser, r = start(stack, client)
    r = browser.post(stack.url + "/oauth/sign-in", allow_redirects=False,
                     data={**hidden_fields(r.text), "username": user.username,
                           "password": user.password})
    assert r.status_code == 303
    assert r.headers["Location"].startswith("/oauth/authorize?")
    assert user.password not in r.headers["Location"]
    assert user.username not in r.headers["Location"]


def test_no_cookie(stack, client, user):
    """H91.  Where cookies are off it would be so for ever: they are told."""
    browser, r = start(stack, client)
    browser.cookies.clear()
    r = refused(browser, browser.sign_in(r, user.username, user.password))
    assert "Your browser sent no cookie with this form." in r.text
    r = browser.sign_in(r, user.username, user.password)
    assert is_signed_in(browser, r)


def test_the_form_of_another_browser(stack, client, user):
    """H91: the attacker's own form in the victim's browser."""
    _, attackers = start(stack, client)
    victim, _ = start(stack, client)
    r = victim.sign_in(attackers, user.username, user.password)
    assert "no longer valid" in refused(victim, r).text


@pytest.mark.parametrize("token", [
    "", "x", "A" * 43, "A" * 5000, "\u00fc", None])
def test_another_form_token(stack, client, user, token):
    """H91."""
    browser, r = start(stack, client)
    data = {**hidden_fields(r.text), "username": user.username,
            "password": user.password, "form_token": token}
    r = browser.post(stack.url + "/oauth/sign-in", data=data,
                     allow_redirects=False)
    refused(browser, r)


def test_each_changed_character_of_form_token_counts(stack, client, user):
    browser, r = start(stack, client)
    token = hidden_fields(r.text)["form_token"]
    for i in [0, 1, 21, 41]:
        other = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:]
        refused(browser, browser.submit(
            r, form_token=other, username=user.username,
            password=user.password))
    assert is_signed_in(browser, browser.sign_in(r, user.username,
                                                 user.password))


@pytest.mark.parametrize("name, value", [
    ("scope", "email"), ("state", "other"), ("prompt", "none"),
    ("nonce", "n"), ("client_id", "other")])
def test_request_changed(stack, client, user, name, value):
    """A10, H91: the token is of this request."""
    if name == "client_id":
        value = stack.register_client().client_id
    browser, page = start(stack, client)
    request = hidden_fields(page.text)["request"]
    changed = re.sub(f"(^|&){name}=[^&]*", "", request) + f"&{name}={value}"
    fields = {"username": user.username, "password": user.password}
    refused(browser, browser.submit(page, request=changed, **fields))
    assert is_signed_in(browser, browser.submit(page, **fields))


@pytest.mark.parametrize("request_text", [
    None, "", "%", "client_id=%00", "x", "client_id=unknown", "&&&",
    "client_id=a&client_id=b"])
def test_a_form_without_a_request(stack, client, request_text):
    browser, r = start(stack, client)
    data = {**hidden_fields(r.text), "request": request_text}
    r = browser.post(stack.url + "/oauth/sign-in", data=data,
                     allow_redirects=False)
    assert r.status_code == 400 and "Location" not in r.headers
    assert "<form" not in r.text


def test_a_consent_token_signs_nobody_in(stack, client, user):
    """One purpose, one token."""
    browser, r = start(stack, client)
    r = browser.sign_in(r, user.username, user.password)
    fields = hidden_fields(r.text)
    r = browser.post(stack.url + "/oauth/sign-in", allow_redirects=False,
                     data={**fields, "username": user.username,
                           "password": user.password})
    assert r.status_code == 403 and not cookies_of(r)


def test_fields_twice(stack, client, user):
    browser, r = start(stack, client)
    data = list(hidden_fields(r.text).items()) + [
        ("username", user.username), ("username", user.username),
        ("password", user.password)]
    r = browser.post(stack.url + "/oauth/sign-in", data=data,
                     allow_redirects=False)
    assert r.status_code == 400 and not cookies_of(r)


def test_a_query_beside_the_form(stack, client, user):
    browser, r = start(stack, client)
    data = {**hidden_fields(r.text), "username": user.username,
            "password": user.password}
    r = browser.post(stack.url + "/oauth/sign-in?x=1", data=data,
                     allow_redirects=False)
    assert r.status_code == 400 and not cookies_of(r)


def test_the_form_works_again_after_a_wrong_password(stack, client, user):
    browser, r = start(stack, client)
    r = refused(browser, browser.sign_in(r, user.username, "wrong"))
    assert f'value="{user.username}"' in r.text, "the name is kept"
    assert "wrong" not in r.text, "the password is not"
    assert is_signed_in(browser, browser.sign_in(r, user.username,
                                                 user.password))


def test_two_tabs(stack, client, user):
    """Both pages of one browser are good, whatever order they came in."""
    browser, first = start(stack, client, state="one")
    second = browser.authorize(**good(client, state="two"))
    r = browser.sign_in(first, user.username, user.password)
    assert is_signed_in(browser, r)
    r = browser.sign_in(second, user.username, user.password)
    assert answer(browser.consent(r))["state"] == "two"


# -- the session

def test_session_fixation(stack, client, user):
    """H92: what was there before is not what is there after."""
    fixed = "A" * 43
    browser = Browser(stack)
    browser.cookies.set("postern_session", fixed, domain="localhost.local",
                        path="/")
    r = browser.authorize(**good(client))
    r = browser.sign_in(r, user.username, user.password)
    value = [c for c in browser.cookies if c.name == "postern_session"
             and c.value != fixed]
    assert len(value) == 1
    evil = Browser(stack)
    evil.headers["Cookie"] = "postern_session=" + fixed
    assert 'name="password"' in evil.authorize(**good(client)).text


def test_a_second_sign_in_ends_the_first_session(stack, client, user):
    """H92: also of the same person."""
    browser = Browser(stack)
    get_code(stack, client, user, browser)
    old = browser.cookies["postern_session"]
    r = browser.authorize(**good(client, prompt="login"))
    browser.sign_in(r, user.username, user.password)
    new = browser.cookies["postern_session"]
    assert new != old
    r = with_cookie(stack, client, "postern_session=" + old)
    assert 'name="password"' in r.text
    r = with_cookie(stack, client, "postern_session=" + new)
    assert r.status_code == 303


def with_cookie(stack, client, cookie, **change):
    return requests.get(stack.url + "/oauth/authorize", timeout=30,
                        params=good(client, **change),
                        headers={"Cookie": cookie}, allow_redirects=False)


@pytest.fixture(scope="module")
def session(stack, client, user):
    """The cookie of somebody whom a request takes straight to the code."""
    browser = Browser(stack)
    get_code(stack, client, user, browser, scope="profile")
    value = browser.cookies["postern_session"]
    r = with_cookie(stack, client, "postern_session=" + value)
    assert r.status_code == 303
    return value


def test_the_cookie_is_the_key_to_nothing_else(stack, session):
    """Its hash is what is kept."""
    assert re.fullmatch("[A-Za-z0-9_-]{43}", session)
    [[n]] = stack.sql("SELECT count(*) FROM oauth.session v"
                      " WHERE v::text LIKE %s", f"%{session}%")
    assert n == 0


@pytest.mark.parametrize("template", [
    "postern_session={0}; postern_session={0}",
    "postern_session={0}; postern_session=x",
    "postern_session=x; postern_session={0}",
    "postern_session={0}; postern_session="])
def test_cookie_tossing(stack, client, session, template):
    """H93: two of the name, and nobody knows which is ours."""
    r = with_cookie(stack, client, template.format(session))
    assert r.status_code == 200 and 'name="password"' in r.text


@pytest.mark.parametrize("change", [
    lambda v: v + "x", lambda v: v[:-1], lambda v: v + "=", lambda v: "",
    lambda v: v * 2, lambda v: v.swapcase(), lambda v: v[::-1],
    lambda v: "B" + v[1:] if v[0] != "B" else "C" + v[1:],
    lambda v: v[:42] + "AEIMQUYcgkosw048"[
        ("AEIMQUYcgkosw048".index(v[42]) + 1) % 16],
    lambda v: v[:42] + chr(ord(v[42]) + 1), lambda v: v + "x" * 4000,
    lambda v: '"' + v + '"', lambda v: "%" + v[1:], lambda v: v + "\\",
    lambda v: v[:20] + "," + v[20:]], ids=range(15))
def test_an_altered_cookie(stack, client, session, change):
    """H93: overlong, truncated, bits flipped."""
    altered = change(session)
    assert altered != session
    r = with_cookie(stack, client, "postern_session=" + altered)
    assert r.status_code == 200 and 'name="password"' in r.text


@pytest.mark.parametrize("name", ["Postern_session", "POSTERN_SESSION",
                                  "postern_sessio", "postern_session2",
                                  "__Host-postern_session",
                                  "__Secure-postern_session"])
def test_another_cookie_name(stack, client, session, name):
    """H93: __Host- is the name of an https issuer, and only of one."""
    r = with_cookie(stack, client, f"{name}={session}")
    assert r.status_code == 200 and 'name="password"' in r.text


def test_other_cookies_do_not_matter(stack, client, session):
    for cookie in [f"a=b; postern_session={session}; c=d",
                   f"a; ;=;postern_session={session}",
                   f"postern_session={session};x=" + "y" * 3000]:
        r = with_cookie(stack, client, cookie)
        assert r.status_code == 303, cookie


def test_too_many_cookies(each_stack):
    """H93: refused, and the server lives."""
    client = each_stack.register_client()
    try:
        r = with_cookie(each_stack, client, "x=" + "y" * 30000)
        assert 400 <= r.status_code < 500, r.status_code
        assert not cookies_of(r)
    except requests.ConnectionError:
        pass
    assert requests.get(each_stack.url + "/health",
                        timeout=10).status_code == 200


def test_a_tossed_form_cookie(stack, client, user):
    """H93, H91: a form cookie that stands twice ties a form to nothing."""
    browser, r = start(stack, client)
    value = browser.cookies["postern_form"]
    browser.cookies.clear()
    r = requests.post(stack.url + "/oauth/sign-in", timeout=30, data={
        **hidden_fields(r.text), "username": user.username,
        "password": user.password}, allow_redirects=False, headers={
            "Cookie": f"postern_form={value}; postern_form=x"})
    assert r.status_code == 403
    assert not any("session" in c for c in cookies_of(r))


def test_cookie_attributes(each_stack):
    """An http issuer, as here: no Secure, and so no __Host-."""
    client, user = each_stack.register_client(), each_stack.create_user()
    browser, r = start(each_stack, client)
    [cookie] = cookies_of(r)
    assert re.fullmatch("postern_form=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; "
                        "SameSite=Lax", cookie)
    r = browser.post(each_stack.url + "/oauth/sign-in", data={
        **hidden_fields(r.text), "username": user.username,
        "password": user.password}, allow_redirects=False)
    [cookie] = cookies_of(r)
    assert re.fullmatch("postern_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly;"
                        " SameSite=Lax; Max-Age=1209600", cookie)


def test_a_page_seen_twice_sets_one_form_cookie(stack, client):
    browser, _ = start(stack, client)
    assert not cookies_of(browser.authorize(**good(client)))


@pytest.mark.parametrize("column, value", [
    ("expires_at", "now() - interval '1 second'"),
    ("last_seen_at", "now() - interval '1 day 1 second'")])
def test_session_expiry(stack, client, user, column, value):
    """H98: absolute, and idle."""
    browser = Browser(stack)
    get_code(stack, client, user, browser, scope="profile")
    assert browser.authorize(**good(client)).status_code == 303
    stack.sql(f"UPDATE oauth.session SET {column} = {value} WHERE user_id ="
              " (SELECT user_id FROM oauth.end_user WHERE sub = %s)", user.sub)
    r = browser.authorize(**good(client))
    assert r.status_code == 200 and 'name="password"' in r.text


@pytest.mark.parametrize("response_type", ["code", "token"])
def test_session_in_use_does_not_get_idle(stack, response_type):
    """H98: and a code or a token issued counts as use."""
    client = stack.register_client(
        grant_types=["authorization_code", "implicit"],
        response_types=["code", "token"])
    user, browser = stack.create_user(), Browser(stack)
    get_code(stack, client, user, browser, scope="profile")
    where = (" FROM oauth.end_user u WHERE u.user_id = v.user_id"
             " AND u.sub = %s")
    stack.sql("UPDATE oauth.session v SET last_seen_at = now()"
              " - interval '23 hours'" + where, user.sub)
    assert browser.authorize(**good(
        client, response_type=response_type)).status_code == 303
    [[age]] = stack.sql("SELECT extract(epoch FROM now() - last_seen_at)"
                        " FROM oauth.session v JOIN oauth.end_user u"
                        " USING (user_id) WHERE u.sub = %s", user.sub)
    assert age < 60


def test_user_disabled_while_signed_in(stack, client):
    user, browser = stack.create_user(), Browser(stack)
    get_code(stack, client, user, browser, scope="profile")
    stack.sql("UPDATE oauth.end_user SET disabled_at = now()"
              " WHERE sub = %s", user.sub)
    r = browser.authorize(**good(client))
    assert r.status_code == 200 and 'name="password"' in r.text
    assert browser.sign_in(r, user.username, user.password).status_code == 403


def test_signed_out_everywhere(stack, client):
    user, browser = stack.create_user(), Browser(stack)
    get_code(stack, client, user, browser, scope="profile")
    stack.sql("DELETE FROM oauth.session v USING oauth.end_user u"
              " WHERE u.user_id = v.user_id AND u.sub = %s", user.sub)
    assert 'name="password"' in browser.authorize(**good(client)).text


# -- who is there is not told (H95)

# Apache counts down in Keep-Alive, and chunks a CGI's answer as it comes.
HOP_BY_HOP = {"Connection", "Keep-Alive", "Transfer-Encoding",
              "Content-Length"}


def attempts(stack, client, username, password, n=5):
    """-> the pages of n attempts, without what is random, and the
    shortest time, which other load disturbs least."""
    took, pages = [], []
    for _ in range(n):
        stack.sql("DELETE FROM oauth.sign_in_throttle")
        browser, r = start(stack, client)
        begin = time.perf_counter()
        r = browser.submit(r, username=username, password=password)
        took.append(time.perf_counter() - begin)
        refused(browser, r)
        hidden = hidden_fields(r.text)
        pages.append((r.status_code, len(r.content),
                      r.text.replace(hidden["form_token"], "")
                      .replace(hidden["request"].split("code_challenge=")[1]
                               .split("&")[0], ""),
                      sorted(set(r.headers) - HOP_BY_HOP)))
    return pages, min(took)


def test_username_enumeration(stack, client):
    """H95: unknown, wrong password, disabled: the same in all there is."""
    # Names of one length, for the page repeats what was typed.
    known, off = stack.create_user(), stack.create_user()
    stack.sql("UPDATE oauth.end_user SET disabled_at = now()"
              " WHERE sub = %s", off.sub)
    cases = {
        "wrong": (known.username, "wrong password"),
        "unknown": ("user-" + secrets.token_hex(6), "wrong password"),
        "disabled": (off.username, off.password),
        "disabled, wrong": (off.username, "wrong password")}
    seen, times = {}, dict.fromkeys(cases, float("inf"))

    def alike():
        """Argon2id takes some 10 ms and more; a query alone, one or two."""
        return max(times.values()) < 2 * min(times.values())

    for _ in range(6):          # or until they are: others need the cores, too
        for name, (username, password) in cases.items():
            pages, took = attempts(stack, client, username, password)
            times[name] = min(times[name], took)
            seen[name] = {(status, length, text.replace(username, ""),
                           tuple(headers))
                          for status, length, text, headers in pages}
            assert len(seen[name]) == 1
        if alike():
            break
    assert len(set.union(*seen.values())) == 1
    assert alike(), times


# -- passwords (H96)

def password_of(length):
    return (secrets.token_urlsafe(length)[:length]
            if length > 20 else "x" * length)


def try_password(stack, client, username, password):
    browser, r = start(stack, client)
    r = browser.sign_in(r, username, password)
    return browser, r


@pytest.mark.parametrize("length", LENGTHS)
def test_a_password_counts_to_its_end(stack, client, length):
    """H96: no silent cut."""
    password = password_of(length)
    user = stack.create_user(password=password)
    browser, r = try_password(stack, client, user.username, password)
    assert is_signed_in(browser, r)
    for wrong in [password[:-1] + ("y" if password[-1] != "y" else "z"),
                  password[:-1], password + "x", password + " "]:
        refused(*try_password(stack, client, user.username, wrong))


@pytest.mark.parametrize("length", [0, 1025, 4096, 60000])
def test_passwords_that_nobody_has(stack, client, user, length):
    """H96: refused like any wrong one."""
    refused(*try_password(stack, client, user.username, "x" * length))


def test_no_password_and_no_username(stack, client, user):
    for fields in [{}, {"username": user.username},
                   {"password": user.password}, {"username": ""}]:
        browser, r = start(stack, client)
        refused(browser, browser.submit(r, **fields))


@pytest.mark.parametrize("password", [
    " leading", "trailing ", " ", "\u00e4\u00f6\u00fc\u00df 12345",
    "\u4f60\u597d\u4e16\u754c", "\U0001f511\U0001f512", "tab\tin",
    "a+b%20c&d=e",
    "'; DROP TABLE oauth.end_user; --", "<b>\"'&amp;"])
def test_odd_passwords(stack, client, password):
    """H96: every character of it counts."""
    user = stack.create_user(password=password)
    browser, r = try_password(stack, client, user.username, password)
    assert is_signed_in(browser, r)
    if password.strip() != password:
        refused(*try_password(stack, client, user.username,
                              password.strip()))


def test_normal_forms_of_a_password(stack, client):
    """H96: NFC or NFD: the same letters, typed on different machines, are
    either one password or two, and never an error."""
    password = "p\u00e4ssw\u00f6rter"
    user = stack.create_user(password=password)
    browser, r = try_password(stack, client, user.username, password)
    assert is_signed_in(browser, r)
    other = unicodedata.normalize("NFD", password)
    browser, r = try_password(stack, client, user.username, other)
    assert is_signed_in(browser, r) or r.status_code == 403


@pytest.mark.parametrize("field", ["username", "password"])
def test_nul_in_a_field(stack, client, user, field):
    """H96: not cut at NUL, but refused."""
    browser, r = start(stack, client)
    fields = {"username": user.username, "password": user.password}
    fields[field] += "\0x"
    r = browser.submit(r, **fields)
    assert r.status_code == 400 and "<form" not in r.text
    assert "postern_session" not in browser.cookies


@pytest.mark.parametrize("username", [
    "", " ", "'", "x" * 10000, "\u202eabc", "<script>alert(1)</script>",
    "%s%n", "\" onfocus=\"evil()", "a\r\nSet-Cookie: x=y"])
def test_odd_usernames(stack, client, username):
    """Unknown, and shown again only escaped."""
    browser, r = try_password(stack, client, username, "wrong")
    refused(browser, r)
    assert "<script" not in r.text and '" onfocus="' not in r.text
    assert "x" not in browser.cookies


def test_username_in_another_spelling(stack, client):
    user = stack.create_user(username="Ren\u00e9-" + secrets.token_hex(4))
    for name in [user.username.upper(), user.username.lower(),
                 unicodedata.normalize("NFD", user.username)]:
        browser, r = try_password(stack, client, name, user.password)
        assert is_signed_in(browser, r), name


@pytest.mark.parametrize("statement", [
    "SELECT oauth.set_password(%s, NULL)",
    "SELECT oauth.set_password(%s, (SELECT password_hash"
    " FROM oauth.end_user WHERE username = 'another'))",
    "SELECT oauth.disable_user(%s)"])
def test_changed_while_the_password_was_compared(stack, client, statement):
    """That takes a while. Whoever knows the old password has no session when
    oauth.set_password() is done, also where their attempt began before it."""
    if not stack.sql("SELECT oauth.find_user('another')")[0][0]:
        stack.create_user("another", "another password")
    user = stack.create_user()
    browser, r = start(stack, client)
    r = racing.meanwhile(
        stack, "oauth.session",
        lambda: browser.sign_in(r, user.username, user.password),
        statement, user.username)
    refused(browser, r)
    stack.sql("SELECT oauth.enable_user(%s)", user.username)
    assert stack.sql("SELECT * FROM oauth.sessions_of(%s)",
                     user.username) == []


# -- how often one may try

@pytest.fixture(scope="module")
def strict(make_stack):
    """A stack that lets nobody try often."""
    stack = make_stack()
    stack.sql("UPDATE oauth.setting SET account_burst = 3,"
              " account_interval = '1 hour'")
    return stack


def guess(stack, client, username, password="wrong"):
    browser, r = start(stack, client)
    return browser.sign_in(r, username, password).status_code


def test_throttle(strict):
    """The fourth is not looked at, right or not; others are not touched."""
    client, user = strict.register_client(), strict.create_user()
    other = strict.create_user()
    assert [guess(strict, client, user.username) for _ in range(3)] \
        == [403, 403, 403]
    browser, r = start(strict, client)
    r = browser.sign_in(r, user.username, user.password)
    refused(browser, r, 429)
    assert "Too many attempts" in r.text
    assert guess(strict, client, other.username, other.password) == 200


def test_throttle_of_a_name_that_nobody_has(strict):
    """H95: else it would tell who is there."""
    client = strict.register_client()
    assert [guess(strict, client, "nobody") for _ in range(4)] \
        == [403, 403, 403, 429]


def test_throttle_counts_spellings_as_one(strict):
    client = strict.register_client()
    user = strict.create_user(username="\u00c5sa-" + secrets.token_hex(4))
    name = user.username
    names = [name, name.upper(), unicodedata.normalize("NFD", name.lower()),
             name.lower()]
    assert [guess(strict, client, n) for n in names] == [403, 403, 403, 429]


def test_throttle_is_forgiven_by_signing_in(strict):
    client, user = strict.register_client(), strict.create_user()
    for _ in range(3):
        assert guess(strict, client, user.username) == 403
        assert guess(strict, client, user.username) == 403
        assert guess(strict, client, user.username, user.password) == 200


def test_throttle_ends(strict):
    """After one interval one attempt is allowed, and not two."""
    client, user = strict.register_client(), strict.create_user()
    strict.sql("UPDATE oauth.setting SET account_interval = '2 seconds'")
    try:
        begin = time.monotonic()
        while guess(strict, client, user.username) == 403:
            assert time.monotonic() - begin < 20
        time.sleep(2.1)
        assert guess(strict, client, user.username) == 403
        assert guess(strict, client, user.username) == 429
    finally:
        strict.sql("UPDATE oauth.setting SET account_interval = '1 hour'")


def test_throttle_of_an_address(strict):
    """Whatever names are tried from it; and no header changes the address."""
    client, user = strict.register_client(), strict.create_user()
    strict.sql("DELETE FROM oauth.sign_in_throttle")
    strict.sql("UPDATE oauth.setting SET address_burst = 4,"
               " address_interval = '1 hour'")
    try:
        assert [guess(strict, client, f"n{i}") for i in range(4)] == [403] * 4
        assert guess(strict, client, user.username, user.password) == 429
        browser, r = start(strict, client)
        browser.headers.update({"X-Forwarded-For": "192.0.2.7",
                                "Forwarded": "for=192.0.2.7",
                                "X-Real-IP": "192.0.2.7"})
        refused(browser, browser.sign_in(r, user.username, user.password),
                429)
    finally:
        strict.sql("UPDATE oauth.setting SET address_burst = 60,"
                   " address_interval = '5 seconds'")
        strict.sql("DELETE FROM oauth.sign_in_throttle")
    assert guess(strict, client, user.username, user.password) == 200


# -- an https issuer

@pytest.fixture(scope="module")
def https(make_stack):
    """Behind something that speaks TLS, which is not here."""
    stack = make_stack()
    stack.sql("UPDATE oauth.setting SET issuer = 'https://as.test'")
    return stack


def exchange(stack, method, path, body=None, cookie=None):
    """http.client: a cookie that is Secure goes over http by hand alone."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if cookie:
        headers["Cookie"] = cookie
    conn = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    conn.request(method, path, body, headers)
    r = conn.getresponse()
    got = (r.status, r.headers, r.read().decode())
    conn.close()
    return got


def test_cookies_of_an_https_issuer(https):
    """H93: __Host-, which a sibling domain can not set, and Secure."""
    encode = requests.models.RequestEncodingMixin._encode_params
    client, user = https.register_client(), https.create_user()
    target = "/oauth/authorize?" + encode(good(client))
    _, headers, text = exchange(https, "GET", target)
    [form] = headers.get_all("Set-Cookie")
    assert re.fullmatch("__Host-postern_form=[A-Za-z0-9_-]{43}; Path=/; "
                        "HttpOnly; SameSite=Lax; Secure", form)
    form = form.split(";")[0]
    body = encode({**hidden_fields(text), "username": user.username,
                   "password": user.password})
    plain = form.replace("__Host-", "")
    assert exchange(https, "POST", "/oauth/sign-in", body, plain)[0] == 403
    status, headers, _ = exchange(https, "POST", "/oauth/sign-in", body, form)
    assert status == 303
    [session] = headers.get_all("Set-Cookie")
    assert re.fullmatch("__Host-postern_session=[A-Za-z0-9_-]{43}; Path=/; "
                        "HttpOnly; SameSite=Lax; Secure; Max-Age=1209600",
                        session)
    session = session.split(";")[0]
    assert 'name="decision"' in exchange(https, "GET", target,
                                         cookie=session)[2]
    assert 'name="password"' in exchange(
        https, "GET", target, cookie=session.replace("__Host-", ""))[2]
    tossed = session + "; postern_session=" + "A" * 43
    assert 'name="decision"' in exchange(https, "GET", target,
                                         cookie=tossed)[2]


# -- many at once

def test_a_flood_of_attempts_leaves_the_tokens_alone(stack, client):
    """H97: hashing waits in a line of its own."""
    pages = [start(stack, client) for _ in range(40)]
    results = []

    def one(browser, r):
        results.append(browser.submit(
            r, username=secrets.token_hex(6), password="x").status_code)

    threads = [threading.Thread(target=one, args=p) for p in pages]
    for t in threads:
        t.start()
    begin = time.monotonic()
    r = stack.token(client, grant_type="client_credentials")
    took = time.monotonic() - begin
    for t in threads:
        t.join()
    assert r.status_code == 200 and took < 5
    assert sorted(results) == [403] * 40
