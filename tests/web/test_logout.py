"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0).

Those named test_oidcc_* are the modules of the OpenID Foundation's
certification of that name."""
import base64
import json
import time

import pytest
import requests

from logout import (AFTER, EVIL, asks, b64, claims, end_session, forging,
                    goes_nowhere, is_signed_in, new_key, register,
                    says_signed_out, sign, sign_in)
from postern_stack import Browser, answer


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


# -- certification: oidcc-rp-initiated-logout-certification-test-plan

def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(stack):
    got = requests.get(stack.url + "/.well-known/openid-configuration",
                       timeout=30).json()
    assert got["end_session_endpoint"] == stack.url + "/oauth/logout"


def test_oidcc_rp_initiated_logout(browser, client, hint):
    r = end_session(browser, id_token_hint=hint, state="s-1&=?",
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    assert r.headers["Location"] == AFTER + "?state=s-1%26%3D%3F"
    assert "no-store" in r.headers["Cache-Control"]
    assert answer(r) == {"state": "s-1&=?"}
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
        browser, client, hint):
    r = end_session(browser, id_token_hint=hint, state="s",
                    post_logout_redirect_uri=EVIL)
    assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)
    r = browser.submit(r, decision="sign-out")
    assert says_signed_out(r) and goes_nowhere(r)
    assert "evil.test" not in r.text
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(
        browser, client, hint):
    head = b64(json.dumps({"alg": "none"}).encode())
    for signature in "", hint.split(".")[2]:
        r = end_session(
            browser, post_logout_redirect_uri=AFTER, state="s",
            id_token_hint=f"{head}.{hint.split('.')[1]}.{signature}")
        assert r.status_code == 400 and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_no_id_token_hint(browser, client, hint):
    r = end_session(browser, post_logout_redirect_uri=AFTER, state="s")
    assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)
    # Nobody knows whose address that is, whatever the person says.
    r = browser.submit(r, decision="sign-out")
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_no_params(browser, client, hint):
    r = end_session(browser)
    assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)
    r = browser.submit(r, decision="sign-out")
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(
        browser, client, hint):
    r = end_session(browser, id_token_hint=hint)
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_no_state(browser, client, hint):
    r = end_session(browser, id_token_hint=hint,
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER)
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_only_state(browser, client, hint):
    r = end_session(browser, state="only")
    assert asks(r) and goes_nowhere(r)
    r = browser.submit(r, decision="sign-out")
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
        browser, client, hint):
    r = end_session(browser, id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER + "?foo=bar")
    assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(browser, client, hint):
    stranger = new_key()
    ours = json.loads(base64.urlsafe_b64decode(hint.split(".")[0] + "=="))
    for kid in stranger.get("kid"), ours["kid"], "x", None, "":
        r = end_session(browser, post_logout_redirect_uri=AFTER,
                        id_token_hint=sign(stranger, claims(hint), kid=kid))
        assert r.status_code == 400 and goes_nowhere(r)
    assert is_signed_in(browser, client)


# -- Authlib's test_end_session, as far as it differs

def test_a_hint_needs_no_confirmation(browser, client, hint):
    r = end_session(browser, id_token_hint=hint)
    assert not asks(r) and r.status_code == 200


@pytest.mark.parametrize("state", ["xyz123", "a b+c", "ü/?#", "<script>"])
def test_state_comes_back(browser, hint, state):
    r = end_session(browser, id_token_hint=hint, state=state,
                    post_logout_redirect_uri=AFTER)
    assert answer(r) == {"state": state}


def test_by_post(browser, client, hint):
    r = end_session(browser, "POST", id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)


def test_the_redirect_is_kept_over_the_confirmation(browser, client, hint):
    """The person says yes to a client that is named, and it is that one's."""
    r = end_session(browser, client_id=client.client_id, state="s",
                    post_logout_redirect_uri=AFTER)
    assert asks(r) and goes_nowhere(r)
    assert "The &lt;Shop&gt;" in r.text
    policy = r.headers["Content-Security-Policy"]
    assert "form-action 'self' https:;" in policy
    r = browser.submit(r, decision="sign-out")
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)


def test_the_person_may_stay(browser, client, hint):
    r = end_session(browser, client_id=client.client_id,
                    post_logout_redirect_uri=AFTER)
    r = browser.submit(r, decision="stay")
    assert r.status_code == 200 and goes_nowhere(r)
    assert "still signed in" in r.text
    assert is_signed_in(browser, client)


def test_client_id_is_not_in_aud(stack, browser, client, hint):
    other = register(stack)
    r = end_session(browser, id_token_hint=hint, client_id=other.client_id,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    assert is_signed_in(browser, client)
    r = end_session(browser, id_token_hint=hint, client_id=client.client_id,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303


@pytest.mark.parametrize("token", [
    "not a jwt", "a.b.c", "..", "e30.e30.", "e30.e30.AAAA", "x" * 5000,
    "a.b.c.d.e"], ids=lambda t: t[:10])
def test_no_jwt_at_all(browser, client, hint, token):
    for method in "GET", "POST":
        r = end_session(browser, method, id_token_hint=token,
                        post_logout_redirect_uri=AFTER)
        assert r.status_code == 400 and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_several_audiences(browser, client, hint, forge):
    several = forge(hint, aud=["another", client.client_id], azp=None)
    # Alone, it does not say whose address that could be.
    r = end_session(browser, id_token_hint=several,
                    post_logout_redirect_uri=AFTER)
    assert goes_nowhere(r)
    r = end_session(browser, id_token_hint=several, client_id="another",
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    r = end_session(browser, id_token_hint=several, client_id=client.client_id,
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER)
    assert not is_signed_in(browser, client)


def test_several_audiences_and_no_client(stack, browser, client, hint, forge):
    r = end_session(browser, id_token_hint=forge(
        hint, aud=["one", "two"], azp=None))
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)


@pytest.mark.parametrize("aud, whose", [
    ("{}", "aud"), (["{}"], "aud"), (["another", "{}"], "azp")])
def test_whose_token_it_is(browser, client, hint, forge, aud, whose):
    aud = aud.format(client.client_id) if isinstance(aud, str) else [
        a.format(client.client_id) for a in aud]
    token = forge(hint, aud=aud,
                  azp=client.client_id if whose == "azp" else None)
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER)


def test_an_expired_hint(browser, client, hint, forge):
    old = forge(hint, exp=1000, iat=900, auth_time=900)
    r = end_session(browser, id_token_hint=old,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    assert not is_signed_in(browser, client)


@pytest.mark.parametrize("changed", [
    {"nbf": 3600}, {"iat": 3600}, {"nbf": "soon"}, {"iat": "now"}],
    ids=json.dumps)
def test_a_hint_of_the_future(browser, client, hint, forge, changed):
    now = time.time()
    token = forge(hint, **{k: int(now) + v if isinstance(v, int) else v
                           for k, v in changed.items()})
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_a_hint_of_just_now(browser, client, hint, forge):
    token = forge(hint, iat=int(time.time()) + 5, nbf=int(time.time()) + 5)
    assert end_session(browser, id_token_hint=token).status_code == 200
    assert not is_signed_in(browser, client)


def test_when_the_database_is_away(make_stack, cluster):
    stack = make_stack()
    client, user = register(stack), stack.create_user()
    browser = Browser(stack)
    hint = sign_in(stack, client, user, browser)["id_token"]
    cluster.stop()
    try:
        r = end_session(browser, id_token_hint=hint,
                        post_logout_redirect_uri=AFTER)
        assert r.status_code == 503 and goes_nowhere(r)
    finally:
        cluster.start()
    assert is_signed_in(browser, client)
    assert end_session(browser, id_token_hint=hint).status_code == 200
    assert not is_signed_in(browser, client)


@pytest.mark.parametrize("ui_locales, lang", [
    ("fr-FR de en", "de"), ("ko", "ko"), ("fr", "en"), ("<script>", "en")])
def test_ui_locales(browser, ui_locales, lang):
    r = end_session(browser, ui_locales=ui_locales)
    assert r.headers["Content-Language"] == lang
    assert f'<html lang="{lang}">' in r.text
