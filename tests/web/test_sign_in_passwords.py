"""Signing in: usernames and passwords, and what is told of them."""
import secrets
import time
import unicodedata

import pytest

import racing
from postern_stack import hidden_fields
from signing_in import is_signed_in, refused, start

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
