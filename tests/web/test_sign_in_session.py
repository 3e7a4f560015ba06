"""Signing in: the session that comes of it, and its cookies."""
import http.client
import re

import pytest
import requests

from authorizing import good
from postern_stack import Browser, get_code, hidden_fields
from signing_in import cookies_of, start


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
