"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): ID tokens
that are brought back and are none, and who it is that is signed in."""
import json

import pytest

from logout import (AFTER, EVIL, asks, b64, claims, end_session, forging,
                    goes_nowhere, is_signed_in, our_key, register,
                    says_signed_out, sign, sign_in)
from postern_stack import Browser


@pytest.fixture(scope="module")
def client(stack):
    return register(stack, client_name="The <Shop>")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


@pytest.fixture
def hint(stack, client, user, browser):
    """An ID token of the person who is signed in, in this browser."""
    return sign_in(stack, client, user, browser)["id_token"]


@pytest.fixture(scope="module")
def forge(stack):
    with forging(stack) as make:
        yield make


# -- hints that are none (attack 27)

WRONG = {
    "another issuer": {"iss": "https://other.test"},
    "no issuer": {"iss": None},
    "no sub": {"sub": None},
    "sub a number": {"sub": 7},
    "an empty sub": {"sub": ""},
    "no exp": {"exp": None},        # a UserInfo answer has none
    "an access token": {"header": {"typ": "at+jwt"}},
    "a logout token": {"header": {"typ": "logout+jwt"}},
    "a key of its own": {"header": {"jku": "https://evil.test/keys"}},
    "no kid": {"header": {"kid": None}},
}


@pytest.mark.parametrize("what", WRONG)
def test_with_our_signature_and_yet_none(browser, client, hint, forge, what):
    r = end_session(browser, id_token_hint=forge(hint, **WRONG[what]),
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_the_payload_is_no_object(stack, browser, hint):
    with our_key(stack) as key:
        for payload in '["a"]', '"a"', "7", "null", "{", '{"a":1}x':
            r = end_session(browser, id_token_hint=sign(key, payload))
            assert r.status_code == 400


def test_an_encrypted_one(browser, client, hint):
    head = b64(json.dumps({"alg": "RSA-OAEP", "enc": "A256GCM"}).encode())
    r = end_session(browser, id_token_hint=f"{head}.AAAA.AAAA.AAAA.AAAA")
    assert r.status_code == 400
    assert is_signed_in(browser, client)


def test_a_huge_one(browser, client, hint, forge):
    r = end_session(browser, "POST", id_token_hint=forge(
        hint, x="y" * 50000)[:64000])
    assert r.status_code == 400
    r = end_session(browser, "POST", id_token_hint="e30." + "A" * 10 ** 6)
    assert r.status_code in (400, 413)
    assert is_signed_in(browser, client)


def test_a_withdrawn_key(stack, browser, client, hint):
    """What it signed is believed no more."""
    with our_key(stack) as key:
        token = sign(key, claims(hint))
        stack.sql("UPDATE oauth.signing_key SET withdrawn_at = now()"
                  " WHERE kid = %s", key.get("kid"))
        r = end_session(browser, id_token_hint=token)
        assert r.status_code == 400
    assert is_signed_in(browser, client)


def test_a_retired_key(stack, browser, client, hint):
    """However long ago the ID token was made."""
    with our_key(stack) as key:
        stack.sql("UPDATE oauth.signing_key SET generation = -generation + "
                  "10 ^ 9, sign_from = '2001-01-01', created_at = sign_from"
                  " WHERE kid = %s", key.get("kid"))
        r = end_session(browser, id_token_hint=sign(key, claims(hint)))
        assert says_signed_out(r)
    assert not is_signed_in(browser, client)


# -- who is signed in

def test_a_hint_of_somebody_else(stack, browser, client, hint):
    """Attack 99: the person who is there is asked."""
    other = sign_in(stack, client, stack.create_user(),
                    Browser(stack))["id_token"]
    r = end_session(browser, id_token_hint=other, state="s",
                    post_logout_redirect_uri=AFTER)
    assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)
    r = browser.submit(r, decision="sign-out")
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)


def test_a_hint_of_their_other_session(stack, browser, client, user, hint):
    """The same person elsewhere: that is them, and elsewhere they stay."""
    elsewhere = Browser(stack)
    other = sign_in(stack, client, user, elsewhere)["id_token"]
    assert claims(other)["sid"] != claims(hint)["sid"]
    r = end_session(browser, id_token_hint=other)
    assert says_signed_out(r)
    assert not is_signed_in(browser, client)
    assert is_signed_in(elsewhere, client)


def test_a_pairwise_subject(stack, browser, user, hint):
    """Each client's hint has the name by which that client knows them."""
    pairwise = register(stack, subject_type="pairwise")
    token = sign_in(stack, pairwise, user, browser)["id_token"]
    assert claims(token)["sub"] != user.sub
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    assert not is_signed_in(browser, pairwise)


def test_by_the_sid_alone(stack, browser, client, hint, forge):
    """A subject that is not theirs any more, in the session that is."""
    r = end_session(browser, id_token_hint=forge(hint, sub="changed since"))
    assert says_signed_out(r)
    assert not is_signed_in(browser, client)


def test_a_sid_of_nobody(browser, client, hint, forge):
    r = end_session(browser, id_token_hint=forge(
        hint, sub="somebody", sid=None))
    assert asks(r)
    assert is_signed_in(browser, client)


def test_nobody_is_signed_in(stack, client, hint):
    fresh = Browser(stack)
    r = end_session(fresh, id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    r = end_session(fresh, id_token_hint=hint, post_logout_redirect_uri=EVIL)
    assert says_signed_out(r) and goes_nowhere(r)
    # Without a hint nobody says that it is not somebody else who asks.
    r = end_session(fresh, client_id=client.client_id, state="s",
                    post_logout_redirect_uri=AFTER)
    assert says_signed_out(r) and goes_nowhere(r)
    for params in {}, {"state": "s"}, {"logout_hint": "alice"}:
        r = end_session(fresh, **params)
        assert says_signed_out(r) and goes_nowhere(r)


def test_twice(browser, client, hint):
    for _ in range(2):
        r = end_session(browser, id_token_hint=hint,
                        post_logout_redirect_uri=AFTER)
        assert (r.status_code, r.headers["Location"]) == (303, AFTER)


def test_the_cookie_goes(browser, hint):
    assert "postern_session" in browser.cookies
    r = end_session(browser, id_token_hint=hint)
    assert "postern_session=;" in r.headers["Set-Cookie"]
    assert "Max-Age=0" in r.headers["Set-Cookie"]
    assert "postern_session" not in browser.cookies


def test_a_cookie_that_was_kept_is_worth_nothing(stack, browser, client, hint):
    """Whoever copied it is signed out as well."""
    copy = Browser(stack)
    copy.cookies.update(browser.cookies)
    assert is_signed_in(copy, client)
    end_session(browser, id_token_hint=hint)
    assert not is_signed_in(copy, client)
