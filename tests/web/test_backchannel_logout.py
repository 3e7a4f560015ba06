"""OpenID Connect Back-Channel Logout 1.0: clients are told, once each, however
the session ends."""
import time
from urllib.parse import parse_qs

import pytest
import requests

from backchannel import logout_token, register_at, sign_in_and_out, verified
from logout import (AFTER, EVENT, Listener, claims, end_session, header,
                    is_signed_in, notifications, register, sign_in, wait_for)
from postern_stack import Browser, get_code


@pytest.fixture
def rp():
    """What a client listens on."""
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


@pytest.mark.parametrize("response_type", [
    "code id_token", "id_token", "code id_token token"])
def test_who_has_an_id_token_is_told(stack, browser, rp, response_type):
    """Also one that never redeems the code: it knows of the session."""
    has_code = "code" in response_type
    client = register_at(
        stack, rp, scope="openid", response_types=[response_type],
        grant_types=["implicit"] + ["authorization_code"] * has_code)
    without = {} if has_code else {
        "code_challenge": None, "code_challenge_method": None}
    _, _, got = get_code(stack, client, stack.create_user(), browser,
                         response_type=response_type, scope="openid",
                         nonce="n", **without)
    end_session(browser, id_token_hint=got["id_token"],
                post_logout_redirect_uri=AFTER)
    [hit] = rp.wait()
    assert claims(logout_token(hit))["sid"] == claims(got["id_token"])["sid"]


# -- oidcc-backchannel-rp-initiated-logout-certification-test-plan

def test_oidcc_backchannel_logout_discovery_endpoint_verification(stack):
    got = requests.get(stack.url + "/.well-known/openid-configuration",
                       timeout=30).json()
    assert got["backchannel_logout_supported"] is True
    assert got["backchannel_logout_session_supported"] is True
    assert got["end_session_endpoint"]


def test_oidcc_backchannel_rp_initiated_logout(stack, user, browser, rp):
    client = register_at(stack, rp, backchannel_logout_session_required=True)
    id_token, waited = sign_in_and_out(stack, client, user, browser,
                                       nonce="n-1")
    assert waited < 1
    [hit] = rp.wait()
    assert (hit.method, hit.path) == ("POST", "/logout?a=1")
    assert hit.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not {"Cookie", "Authorization"} & set(hit.headers)
    token = logout_token(hit)
    assert header(token)["typ"] == "logout+jwt"
    assert header(token)["alg"] == "RS256"
    got, who = verified(stack, token), claims(id_token)
    assert set(got) == {"iss", "sub", "aud", "iat", "exp", "jti", "events",
                        "sid"}
    assert got["iss"] == stack.url
    assert got["aud"] == client.client_id
    assert (got["sub"], got["sid"]) == (who["sub"], who["sid"])
    assert abs(got["iat"] - time.time()) < 30
    assert got["exp"] - got["iat"] == 120
    assert got["events"] == {EVENT: {}}
    assert len(got["jti"]) >= 16
    assert not is_signed_in(browser, client)
    wait_for(lambda: notifications(stack, client)[0][0] == "delivered")
    assert len(rp.hits) == 1


# -- to whom, and what

@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_the_algorithm_of_its_id_tokens(stack, user, browser, rp, alg):
    client = register_at(stack, rp, id_token_signed_response_alg=alg)
    sign_in_and_out(stack, client, user, browser)
    token = logout_token(rp.wait()[0])
    assert header(token)["alg"] == alg
    verified(stack, token)


def test_each_client_of_the_session(stack, browser, rp):
    """And each by the name by which it knows the person."""
    user, another = stack.create_user(), stack.create_user()
    public = register_at(stack, rp, "/public")
    pairwise = register_at(stack, rp, "/pairwise", subject_type="pairwise")
    offline = register_at(stack, rp, "/offline")
    silent = register(stack)
    plain = register_at(stack, rp, "/plain")
    elsewhere = register_at(stack, rp, "/elsewhere")
    never = register_at(stack, rp, "/never")
    other = register_at(stack, rp, "/other")
    sign_in(stack, public, user, browser)
    twice = sign_in(stack, public, user, browser)
    token = sign_in(stack, pairwise, user, browser)["id_token"]
    sign_in(stack, offline, user, browser, scope="openid offline_access")
    sign_in(stack, silent, user, browser)
    # No openid: it has no session that it could end.
    sign_in(stack, plain, user, browser, scope="profile")
    sign_in(stack, elsewhere, user, Browser(stack))
    sign_in(stack, other, another, Browser(stack))
    end_session(browser, id_token_hint=twice["id_token"])
    hits = {h.path: verified(stack, logout_token(h)) for h in rp.wait(3)}
    time.sleep(0.3)
    assert len(rp.hits) == 3
    assert set(hits) == {"/public", "/pairwise", "/offline"}
    assert hits["/public"]["sub"] == hits["/offline"]["sub"] == user.sub
    assert hits["/pairwise"]["sub"] == claims(token)["sub"] != user.sub
    assert len({h["sid"] for h in hits.values()}) == 1
    assert len({h["jti"] for h in hits.values()}) == 3
    assert never.client_id not in str(rp.hits)


def test_long_after_its_tokens_are_forgotten(stack, user, browser, rp):
    """The client's own session does not end with them."""
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    stack.sql("UPDATE oauth.authorization_grant SET expires_at = now()"
              " - interval '3 days' WHERE client_id = %s", client.client_id)
    stack.sql("SELECT oauth.maintain()")
    assert not stack.sql("SELECT FROM oauth.authorization_grant"
                         " WHERE client_id = %s", client.client_id)
    end_session(browser, id_token_hint=token)
    rp.wait()


def test_a_disabled_client(stack, user, browser, rp):
    client = register_at(stack, rp)
    other = register_at(stack, rp, "/other")
    sign_in(stack, other, user, browser)
    token = sign_in(stack, client, user, browser)["id_token"]
    stack.sql("SELECT oauth.disable_client(%s)", other.client_id)
    end_session(browser, id_token_hint=token)
    assert [h.path for h in rp.wait()] == ["/logout?a=1"]
    assert not notifications(stack, other)


def test_by_an_implicit_grant(stack, user, browser, rp):
    client = register_at(
        stack, rp, grant_types=["implicit", "authorization_code"],
        response_types=["id_token", "token id_token", "code"])
    sign_in(stack, client, user, browser)     # it has the person's consent
    browser = Browser(stack)
    r = browser.authorize(client_id=client.client_id, nonce="n",
                          response_type="token id_token", scope="openid")
    r = browser.sign_in(r, user.username, user.password)
    got = parse_qs(r.headers["Location"].partition("#")[2])
    end_session(browser, id_token_hint=got["id_token"][0])
    assert claims(logout_token(rp.wait()[0]))["sid"] \
        == claims(got["id_token"][0])["sid"]


# -- however a session ends

@pytest.mark.parametrize("statement", [
    "SELECT oauth.disable_user(%s)", "SELECT oauth.delete_user(%s)",
    "SELECT oauth.sign_out_everywhere(%s)",
    "SELECT oauth.set_password(%s, NULL)"])
def test_by_the_operator(stack, rp, statement):
    """Nobody pokes: the program looks every ten seconds."""
    user = stack.create_user()
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, Browser(stack))["id_token"]
    stack.sql(statement, user.username)
    got = claims(logout_token(rp.wait(seconds=15)[0]))
    assert (got["sub"], got["sid"]) == (user.sub, claims(token)["sid"])


def test_by_somebody_else_who_signs_in(stack, user, browser, rp):
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    another = stack.create_user()
    r = browser.authorize(
        client_id=client.client_id, response_type="code", prompt="login",
        scope="openid", code_challenge="A" * 43,
        code_challenge_method="S256")
    browser.sign_in(r, another.username, another.password)
    got = claims(logout_token(rp.wait()[0]))
    assert (got["sub"], got["sid"]) == (user.sub, claims(token)["sid"])


def test_by_switching(stack, user, browser, rp):
    """"That is not me" at the consent page."""
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    r = browser.authorize(
        client_id=client.client_id, response_type="code", prompt="consent",
        scope="openid", code_challenge="A" * 43,
        code_challenge_method="S256")
    browser.consent(r, "switch")
    assert claims(logout_token(rp.wait()[0]))["sid"] == claims(token)["sid"]


def test_not_by_the_same_person_who_signs_in_again(stack, user, browser, rp):
    client = register_at(stack, rp)
    token = sign_in(stack, client, user, browser)["id_token"]
    again = sign_in(stack, client, user, browser, prompt="login")["id_token"]
    assert claims(again)["sid"] == claims(token)["sid"]
    time.sleep(0.5)
    assert not rp.hits and not notifications(stack, client)
    # And then once, for both.
    end_session(browser, id_token_hint=token)
    rp.wait()
    time.sleep(0.3)
    assert len(rp.hits) == 1


@pytest.mark.parametrize("column", ["expires_at", "last_seen_at"])
def test_not_when_it_lapses(stack, browser, rp, column):
    user = stack.create_user()
    client = register_at(stack, rp)
    sign_in(stack, client, user, browser)
    stack.sql(f"UPDATE oauth.session SET {column} = now() - interval '1 year'"
              " WHERE user_id = oauth.user_id_of(%s)", user.username)
    stack.sql("SELECT oauth.maintain()")
    assert not stack.sql("SELECT FROM oauth.session WHERE user_id ="
                         " oauth.user_id_of(%s)", user.username)
    assert not notifications(stack, client)
    assert not stack.sql("SELECT FROM oauth.session_client"
                         " WHERE client_id = %s", client.client_id)
