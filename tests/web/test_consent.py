"""Consent: what is asked, what is remembered, and whose answer counts."""
import re
from urllib.parse import urlsplit

import pytest
from psycopg2.extras import Json

from postern_stack import (Browser, answer, get_code, hidden_fields, pkce,
                           redeem)


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def client(stack):
    """Each test has one that nobody consented to yet."""
    return stack.register_client(client_name="Some App")


@pytest.fixture(scope="module")
def signed_in(stack, user):
    browser = Browser(stack)
    get_code(stack, stack.register_client(), user, browser)
    return browser


def good(client, **change):
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "profile", "state": "s", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **change}
    return {k: v for k, v in params.items() if v is not None}


def consent_page(browser, client, **change):
    r = browser.authorize(**good(client, **change))
    assert r.status_code == 200 and 'name="decision"' in r.text, r.text
    return r


def granted(stack, client):
    return sorted(stack.sql("SELECT scope FROM oauth.consent"
                            " WHERE client_id = %s", client.client_id))


def nothing(stack, client, r, status):
    """Refused: no code, and no consent remembered."""
    assert r.status_code == status, r.text
    assert "Location" not in r.headers
    assert granted(stack, client) == []
    [[n]] = stack.sql("SELECT count(*) FROM oauth.authorization_code"
                      " WHERE client_id = %s", client.client_id)
    assert n == 0


def test_the_page_says_what_it_is_about(stack, client, user, signed_in):
    r = consent_page(signed_in, client, scope="profile email")
    text = re.sub("<style>.*?</style>", "", r.text, flags=re.S)
    for words in ["Some App", user.username, "See your name",
                  "See your email", "client.test"]:
        assert words in text
    assert "See your days" not in text
    assert [v for v in re.findall('name="decision" value="([^"]*)"', text)] \
        == ["switch", "deny", "allow"]


def test_allow(each_stack):
    client, user = each_stack.register_client(), each_stack.create_user()
    browser = Browser(each_stack)
    verifier, challenge = pkce()
    r = browser.authorize(**good(client, code_challenge=challenge))
    r = browser.sign_in(r, user.username, user.password)
    r = browser.consent(r)
    assert r.status_code == 303
    got = answer(r)
    assert set(got) == {"code", "state", "iss"} and got["state"] == "s"
    r = redeem(each_stack, client, got["code"], verifier)
    assert r.status_code == 200 and r.json()["scope"] == "profile"


def test_denied(stack, client, signed_in):
    """RFC 6749 section 4.1.2.1; Authlib: test_invalid_authorize."""
    r = signed_in.consent(consent_page(signed_in, client), "deny")
    assert r.status_code == 303
    got = answer(r)
    assert set(got) == {"error", "error_description", "state", "iss"}
    assert (got["error"], got["state"], got["iss"]) \
        == ("access_denied", "s", stack.url)
    assert granted(stack, client) == []
    # It was for this once: they are asked again.
    consent_page(signed_in, client)


@pytest.mark.parametrize("decision", ["", "ALLOW", "allowed", "allow ", "yes",
                                      "1", None])
def test_all_but_allow_is_a_no(stack, client, signed_in, decision):
    r = consent_page(signed_in, client)
    data = {**hidden_fields(r.text), "decision": decision}
    r = signed_in.post(stack.url + "/oauth/consent", data=data,
                       allow_redirects=False)
    assert answer(r)["error"] == "access_denied"
    assert granted(stack, client) == []


def test_two_decisions(stack, client, signed_in):
    """B14."""
    r = consent_page(signed_in, client)
    data = list(hidden_fields(r.text).items()) + [
        ("decision", "deny"), ("decision", "allow")]
    r = signed_in.post(stack.url + "/oauth/consent", data=data,
                       allow_redirects=False)
    nothing(stack, client, r, 400)


# -- what is remembered

def test_consent_is_remembered(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    r = signed_in.authorize(**good(client))
    assert r.status_code == 303 and "code" in answer(r)
    assert granted(stack, client) == [("profile",)]


def test_a_narrower_scope_does_not_ask(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client, scope="profile email"))
    for scope in ["profile", "email", "email profile"]:
        r = signed_in.authorize(**good(client, scope=scope))
        assert r.status_code == 303 and "code" in answer(r)


def test_a_wider_scope_asks_again(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    consent_page(signed_in, client, scope="email")
    r = consent_page(signed_in, client, scope="profile email")
    signed_in.consent(r)
    assert granted(stack, client) == [("email profile",)]
    r = signed_in.authorize(**good(client, scope="email"))
    assert "code" in answer(r)


def test_a_denied_wider_scope_leaves_the_narrower(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    r = consent_page(signed_in, client, scope="profile email")
    assert answer(signed_in.consent(r, "deny"))["error"] == "access_denied"
    assert granted(stack, client) == [("profile",)]
    assert "code" in answer(signed_in.authorize(**good(client)))


def test_consent_is_one_persons(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    other, browser = stack.create_user(), Browser(stack)
    r = browser.authorize(**good(client))
    r = browser.sign_in(r, other.username, other.password)
    assert 'name="decision"' in r.text and other.username in r.text


def test_consent_is_for_one_client(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    consent_page(signed_in, stack.register_client(client_name="Some App"))


def test_consent_taken_back(stack, client, user, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    stack.sql("DELETE FROM oauth.consent WHERE client_id = %s",
              client.client_id)
    consent_page(signed_in, client)


def test_prompt_consent(stack, client, signed_in):
    signed_in.consent(consent_page(signed_in, client))
    r = consent_page(signed_in, client, prompt="consent")
    assert "code" in answer(signed_in.consent(r))


# -- whose answer it is (RFC 9700 section 4.7)

def test_the_form_of_another_session(stack, client, signed_in):
    """H91: the attacker's own page, submitted by the victim."""
    attacker, attackers = stack.create_user(), Browser(stack)
    r = attackers.authorize(**good(client))
    r = attackers.sign_in(r, attacker.username, attacker.password)
    assert 'name="decision"' in r.text
    r = signed_in.consent(r)
    nothing(stack, client, r, 400)
    assert "no longer valid" in r.text


def test_another_session_of_the_same_person(stack, client, user, signed_in):
    other = Browser(stack)
    r = other.sign_in(other.authorize(**good(client)), user.username,
                      user.password)
    nothing(stack, client, signed_in.consent(r), 400)


def test_no_session(stack, client, signed_in):
    """H91: what is asked then is who it is, and not for a yes."""
    r = consent_page(signed_in, client)
    stranger = Browser(stack)
    r = stranger.consent(r)
    nothing(stack, client, r, 200)
    assert 'name="password"' in r.text


@pytest.mark.parametrize("token", ["", "A" * 43, None, "x" * 3000])
def test_another_form_token(stack, client, signed_in, token):
    """H91."""
    r = consent_page(signed_in, client)
    data = {**hidden_fields(r.text), "decision": "allow", "form_token": token}
    r = signed_in.post(stack.url + "/oauth/consent", data=data,
                       allow_redirects=False)
    nothing(stack, client, r, 400)


def test_a_denial_needs_the_token_too(stack, client, signed_in):
    r = consent_page(signed_in, client)
    for decision in ["deny", "switch"]:
        nothing(stack, client, signed_in.submit(
            r, decision=decision, form_token="A" * 43), 400)
    consent_page(signed_in, client)


def test_a_sign_in_token_gives_no_consent(stack, client, signed_in):
    """One purpose, one token."""
    r = signed_in.authorize(**good(client, prompt="login"))
    assert 'name="password"' in r.text
    data = {**hidden_fields(r.text), "decision": "allow"}
    r = signed_in.post(stack.url + "/oauth/consent", data=data,
                       allow_redirects=False)
    nothing(stack, client, r, 400)


def test_the_token_of_another_client(stack, client, signed_in):
    """A10."""
    mine = consent_page(signed_in, stack.register_client())
    request = hidden_fields(consent_page(signed_in, client).text)["request"]
    r = signed_in.submit(mine, decision="allow", request=request)
    nothing(stack, client, r, 400)


def test_signed_in_anew_an_old_page_is_void(stack, client, user):
    """H92: the page was the old session's."""
    browser = Browser(stack)
    r = browser.sign_in(browser.authorize(**good(client)), user.username,
                        user.password)
    again = browser.authorize(**good(client, prompt="login"))
    browser.sign_in(again, user.username, user.password)
    nothing(stack, client, browser.consent(r), 400)


@pytest.mark.parametrize("column, value", [
    ("expires_at", "now() - interval '1 second'"),
    ("last_seen_at", "now() - interval '1 day 1 second'")])
def test_session_expired_before_the_answer(stack, client, column, value):
    """H98."""
    user, browser = stack.create_user(), Browser(stack)
    r = browser.sign_in(browser.authorize(**good(client)), user.username,
                        user.password)
    stack.sql(f"UPDATE oauth.session SET {column} = {value} WHERE user_id ="
              " (SELECT user_id FROM oauth.end_user WHERE sub = %s)", user.sub)
    r = browser.consent(r)
    nothing(stack, client, r, 200)
    assert 'name="password"' in r.text


def test_user_disabled_before_the_answer(stack, client):
    user, browser = stack.create_user(), Browser(stack)
    r = browser.sign_in(browser.authorize(**good(client)), user.username,
                        user.password)
    stack.sql("UPDATE oauth.end_user SET disabled_at = now()"
              " WHERE sub = %s", user.sub)
    r = browser.consent(r)
    nothing(stack, client, r, 200)
    assert 'name="password"' in r.text


@pytest.mark.parametrize("change", [
    {"redirect_uris": ["https://client.test/new"]}, {"scope": "email"},
    {"grant_types": ["client_credentials"], "response_types": []}])
def test_client_changed_before_the_answer(stack, client, signed_in, change):
    """The request is judged again with the answer."""
    r = consent_page(signed_in, client,
                     redirect_uri="https://client.test/cb")
    stack.sql("SELECT oauth.change_client(%s, %s)", client.client_id,
              Json(change))
    r = signed_in.consent(r)
    if "redirect_uris" in change:
        nothing(stack, client, r, 400)
    else:
        assert answer(r)["error"] in ("invalid_scope", "unauthorized_client")
        assert granted(stack, client) == []


def test_client_disabled_before_the_answer(stack, client, signed_in):
    r = consent_page(signed_in, client)
    stack.sql("SELECT oauth.disable_client(%s)", client.client_id)
    nothing(stack, client, signed_in.consent(r), 400)


def test_switch_forgets_the_login_hint(stack, client, user):
    """Or the page would have the name that is not theirs filled in."""
    browser = Browser(stack)
    r = browser.authorize(**good(client, login_hint=user.username,
                                 ui_locales="de"))
    assert f'value="{user.username}"' in r.text
    r = browser.sign_in(r, user.username, user.password)
    r = browser.consent(r, "switch")
    assert 'name="password"' in r.text and 'lang="de"' in r.text
    assert user.username not in r.text


def test_switch(stack, client, user):
    """Not you?  The session ends, and the same request goes on."""
    browser, other = Browser(stack), stack.create_user()
    r = browser.sign_in(browser.authorize(**good(client)), user.username,
                        user.password)
    old = browser.cookies["postern_session"]
    r = browser.consent(r, "switch")
    assert r.status_code == 200 and 'name="password"' in r.text
    assert "postern_session" not in browser.cookies
    evil = Browser(stack)
    evil.headers["Cookie"] = "postern_session=" + old
    assert 'name="password"' in evil.authorize(**good(client)).text
    r = browser.sign_in(r, other.username, other.password)
    assert other.username in r.text
    assert answer(browser.consent(r))["state"] == "s"


def test_no_scope_at_all(stack, signed_in):
    client = stack.register_client(scope="", client_name="Scopeless")
    r = consent_page(signed_in, client, scope=None)
    assert "will learn who you are" in r.text
    assert "code" in answer(signed_in.consent(r))
    assert "code" in answer(signed_in.authorize(**good(client, scope=None)))


def test_the_client_says_nothing_unescaped(stack, signed_in):
    client = stack.register_client(
        client_name="<script>alert(1)</script>\"'&amp;{username}")
    r = consent_page(signed_in, client)
    assert "<script" not in r.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in r.text
    assert "{username}" in r.text or "&#123;username" in r.text


def test_a_form_sent_twice_gives_two_codes(stack, client, signed_in):
    """A double click: both are valid answers, and neither an error."""
    r = consent_page(signed_in, client)
    codes = {answer(signed_in.consent(r))["code"] for _ in range(2)}
    assert len(codes) == 2


def test_the_form_goes_to_this_server(stack, client, signed_in):
    r = consent_page(signed_in, client)
    [action] = re.findall('action="([^"]*)"', r.text)
    assert action == "consent"
    assert urlsplit(r.url).path == "/oauth/authorize"
