"""What ends with a session, and what does not."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from logout import claims, end_session, is_signed_in, register, sign_in
from postern_stack import Browser, flow, get_code, redeem, remember


@pytest.fixture(scope="module")
def client(stack):
    return register(stack)


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


def refresh(stack, client, tokens):
    r = stack.token(client, grant_type="refresh_token",
                    refresh_token=tokens["refresh_token"])
    if r.status_code == 200:
        remember(r.json()["access_token"], r.json().get("refresh_token"))
    return r


def is_alive(stack, client, tokens):
    """The access token and the refresh token: both or neither."""
    access = stack.me(tokens["access_token"]).status_code
    again = refresh(stack, client, tokens)
    if access == 200:
        assert again.status_code == 200, again.text
        return True
    assert access == 401
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    return False


def sign_out(browser, tokens):
    assert end_session(browser,
                       id_token_hint=tokens["id_token"]).status_code == 200


def test_its_tokens(stack, client, user, browser):
    tokens = sign_in(stack, client, user, browser)
    assert is_alive(stack, client, tokens)
    sign_out(browser, tokens)
    assert not is_alive(stack, client, tokens)
    assert ("session ended",) in stack.sql(
        "SELECT revoked_why FROM oauth.authorizations_of(%s)", user.sub)


def test_offline_access_goes_on(stack, client, user, browser):
    """OpenID Connect Core section 11."""
    offline = sign_in(stack, client, user, browser,
                      scope="openid offline_access")
    online = sign_in(stack, client, user, browser)
    sign_out(browser, online)
    assert is_alive(stack, client, offline)
    assert not is_alive(stack, client, online)
    again = refresh(stack, client, offline).json()
    assert claims(again["id_token"])["sid"] == claims(offline["id_token"])[
        "sid"]


def test_what_is_no_openid_goes_on(stack, client, user, browser):
    """Plain OAuth knows of no session."""
    plain = sign_in(stack, client, user, browser, scope="profile")
    sign_out(browser, sign_in(stack, client, user, browser))
    assert is_alive(stack, client, plain)


def test_a_scope_that_has_the_word_in_it(stack, user, browser):
    """offline_access_x is not offline_access, and xopenid not openid."""
    stack.sql("SELECT oauth.define_scope('offline_access_x', 'X', false),"
              " oauth.define_scope('xopenid', 'X', false)")
    other = register(stack, scope="openid offline_access_x xopenid")
    ends = sign_in(stack, other, user, browser,
                   scope="openid offline_access_x")
    stays = sign_in(stack, other, user, browser, scope="xopenid")
    sign_out(browser, ends)
    assert not is_alive(stack, other, ends)
    assert is_alive(stack, other, stays)


def test_those_of_other_sessions_go_on(stack, client, user, browser):
    elsewhere = sign_in(stack, client, user, Browser(stack))
    another = stack.create_user()
    theirs = sign_in(stack, client, another, Browser(stack))
    sign_out(browser, sign_in(stack, client, user, browser))
    assert is_alive(stack, client, elsewhere)
    assert is_alive(stack, client, theirs)


def test_of_all_clients(stack, client, user, browser):
    other = register(stack)
    first = sign_in(stack, other, user, browser)
    sign_out(browser, sign_in(stack, client, user, browser))
    assert not is_alive(stack, other, first)


def test_an_access_token_that_carries_itself(stack, user, browser):
    """RFC 9068: who asks us hears of it."""
    jwt = register(stack, access_token_format="jwt")
    tokens = sign_in(stack, jwt, user, browser)
    assert tokens["access_token"].count(".") == 2
    assert is_alive(stack, jwt, tokens)
    sign_out(browser, tokens)
    assert not is_alive(stack, jwt, tokens)
    r = stack.post("/oauth/introspect", {"token": tokens["access_token"]},
                   jwt)
    assert r.json() == {"active": False}


def test_of_an_implicit_grant(stack, user, browser):
    client = register(stack, grant_types=["implicit", "authorization_code"],
                      response_types=["id_token token", "code"])
    sign_in(stack, client, user, browser)
    r = browser.authorize(client_id=client.client_id, nonce="n",
                          response_type="id_token token", scope="openid")
    got = dict(p.split("=", 1) for p in
               r.headers["Location"].partition("#")[2].split("&"))
    remember(got["access_token"])
    assert stack.me(got["access_token"]).status_code == 200
    sign_out(browser, got)
    assert stack.me(got["access_token"]).status_code == 401


# -- codes that are on their way

@pytest.mark.parametrize("scope, status", [
    ("openid", 400), ("openid offline_access", 200), ("profile", 200)])
def test_a_code_that_is_redeemed_afterwards(stack, client, user, browser,
                                            scope, status):
    tokens = sign_in(stack, client, user, browser)
    code, verifier, _ = get_code(stack, client, user, browser, scope=scope,
                                 prompt="consent")
    sign_out(browser, tokens)
    r = redeem(stack, client, code, verifier)
    assert r.status_code == status
    if status == 200:
        remember(r.json()["access_token"], r.json()["refresh_token"])
        assert is_alive(stack, client, r.json())
    else:
        assert r.json()["error"] == "invalid_grant"


def test_a_code_of_before_they_signed_in_again(stack, client, user, browser):
    sign_in(stack, client, user, browser)
    code, verifier, _ = get_code(stack, client, user, browser,
                                 scope="openid")
    sign_in(stack, client, user, browser, prompt="login")
    r = redeem(stack, client, code, verifier)
    assert r.status_code == 200
    remember(r.json()["access_token"], r.json()["refresh_token"])
    assert is_alive(stack, client, r.json())


def test_both_at_once(stack, client, user):
    """Whoever is first: what is left is no token that lives."""
    outcomes = set()
    for i in range(24):
        browser = Browser(stack)
        tokens = sign_in(stack, client, user, browser)
        code, verifier, _ = get_code(stack, client, user, browser,
                                     scope="openid")
        with ThreadPoolExecutor(2) as pool:
            out = pool.submit(lambda: (time.sleep(i % 8 * 0.0005),
                                       sign_out(browser, tokens)))
            r = pool.submit(redeem, stack, client, code, verifier).result()
            out.result()
        outcomes.add(r.status_code)
        if r.status_code == 200:
            remember(r.json()["access_token"], r.json()["refresh_token"])
            assert not is_alive(stack, client, r.json())
    assert outcomes <= {200, 400}


def test_while_the_session_is_locked(stack, client, user, browser):
    """The same, with one certainly first: the code waits for the sign-out."""
    tokens = sign_in(stack, client, user, browser)
    code, verifier, _ = get_code(stack, client, user, browser,
                                 scope="openid")
    with stack.db() as db, ThreadPoolExecutor(1) as pool:
        db.autocommit = False
        with db.cursor() as c:
            c.execute("DELETE FROM oauth.session WHERE sid = %s",
                      (claims(tokens["id_token"])["sid"],))
            waiting = pool.submit(redeem, stack, client, code, verifier)
            time.sleep(0.5)
            assert not waiting.done()
            db.commit()
        r = waiting.result()
    # Its statement had begun before: the tokens are there, and dead.
    if r.status_code == 200:
        remember(r.json()["access_token"], r.json()["refresh_token"])
        assert not is_alive(stack, client, r.json())
    else:
        assert r.json()["error"] == "invalid_grant"


# -- signing in again, and switching

def test_signing_in_again_keeps_them(stack, client, user, browser):
    before = sign_in(stack, client, user, browser)
    after = sign_in(stack, client, user, browser, prompt="login")
    assert is_alive(stack, client, before)
    assert claims(after["id_token"])["sid"] == claims(before["id_token"])[
        "sid"]
    sign_out(browser, after)
    assert not is_alive(stack, client, before)
    assert not is_alive(stack, client, after)


def test_somebody_else_signs_in(stack, client, user, browser):
    before = sign_in(stack, client, user, browser)
    another = stack.create_user()
    after = flow(stack, client, another, browser, scope="openid",
                 prompt="login")
    assert claims(after["id_token"])["sid"] != claims(before["id_token"])[
        "sid"]
    assert not is_alive(stack, client, before)
    assert is_alive(stack, client, after)
    assert is_signed_in(browser, client)


def test_it_lapses(stack, client, browser):
    """Nobody has said that they leave."""
    user = stack.create_user()
    tokens = sign_in(stack, client, user, browser)
    stack.sql("UPDATE oauth.session SET expires_at = now()"
              " WHERE user_id = oauth.user_id_of(%s)", user.sub)
    stack.sql("SELECT oauth.maintain()")
    assert not is_signed_in(browser, client)
    assert is_alive(stack, client, tokens)


# -- the operator's functions

@pytest.mark.parametrize("function, offline_lives", [
    ("disable_user", True), ("sign_out_everywhere", False),
    ("set_password", True)])
def test_by_the_operator(stack, client, browser, function, offline_lives):
    user = stack.create_user()
    offline = sign_in(stack, client, user, browser,
                      scope="openid offline_access")
    tokens = sign_in(stack, client, user, browser)
    [[password]] = stack.sql("SELECT password_hash FROM oauth.end_user"
                             " WHERE sub = %s", user.sub)
    got = stack.sql(f"SELECT * FROM oauth.{function}(%s"
                    + (", %s)" if function == "set_password" else ")"),
                    *([user.sub, password] if function == "set_password"
                      else [user.sub]))
    if function == "sign_out_everywhere":
        assert got == [(1, 2)]
    assert not is_signed_in(browser, client)
    stack.sql("SELECT oauth.enable_user(%s)", user.sub)
    assert not is_alive(stack, client, tokens)
    assert is_alive(stack, client, offline) == offline_lives
    [why] = {w for w, in stack.sql(
        "SELECT revoked_why FROM oauth.authorizations_of(%s)"
        " WHERE scope = 'openid'", user.sub)}
    assert why == ("the user was signed out everywhere"
                   if function == "sign_out_everywhere" else "session ended")
