"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0).

Those named test_oidcc_* are the modules of the OpenID Foundation's
certification of that name."""
import base64
import json
import time
from urllib.parse import urlsplit

import pytest
import requests
from logout import (AFTER, asks, b64, claims, end_session, goes_nowhere,
                    is_signed_in, new_key, our_key, register, says_signed_out,
                    sign, sign_in)
from postern_stack import Browser, answer, hidden_fields

EVIL = "https://evil.test/phish"


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
    """forge(hint, claim=..., header={...}): another one, with our signature;
    a claim that is None is left out."""
    with our_key(stack) as key:
        def make(token, header=None, **changed):
            payload = {**claims(token), **changed}
            return sign(key, {k: v for k, v in payload.items()
                              if v is not None}, **(header or {}))
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


# -- where they are sent

def test_a_port_of_loopback_is_none_of_choice(stack, browser, user):
    """OpenID Connect RP-Initiated Logout section 3: "exactly match", other
    than redirect_uris (RFC 8252 section 7.3)."""
    native = register(stack, application_type="native",
                      token_endpoint_auth_method="none",
                      redirect_uris=["http://127.0.0.1/cb"],
                      post_logout_redirect_uris=["http://127.0.0.1/bye"])
    token = sign_in(stack, native, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri="http://127.0.0.1:5005/bye")
    assert asks(r)
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri="http://127.0.0.1/bye")
    assert r.headers["Location"] == "http://127.0.0.1/bye"


def test_a_query_that_is_registered_is_kept(stack, browser, user):
    uri = AFTER + "?a=1"
    one = register(stack, post_logout_redirect_uris=[AFTER, uri])
    token = sign_in(stack, one, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token, state="s",
                    post_logout_redirect_uri=uri)
    assert r.headers["Location"] == uri + "&state=s"


@pytest.mark.parametrize("uri", [
    EVIL, AFTER + "/", AFTER + "#x", AFTER + "/../after", AFTER.upper(),
    "https://client.test:443/after", "https://client.test@evil.test/after",
    "//evil.test", "javascript:alert(1)", AFTER + " ",
    "https://client.test/cb", "/oauth/authorize", "x" * 5000],
    ids=lambda uri: uri[:40])
def test_an_address_that_is_not_registered(browser, client, hint, uri):
    """https://client.test/cb is, but as a redirect_uri."""
    for params in {"id_token_hint": hint}, {"client_id": client.client_id}:
        r = end_session(browser, post_logout_redirect_uri=uri, **params)
        assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)
    r = browser.submit(r, decision="sign-out")
    assert says_signed_out(r) and goes_nowhere(r)


def test_a_header_that_is_smuggled_in(browser, client, hint):
    for what in {"post_logout_redirect_uri": AFTER + "\r\nX-Evil: 1"}, {
            "post_logout_redirect_uri": AFTER, "state": "s\r\nX-Evil: 1"}:
        r = end_session(browser, "POST", id_token_hint=hint, **what)
        assert "X-Evil" not in r.headers
        assert "\n" not in r.headers.get("Location", "")


def test_another_clients_address(stack, browser, client, hint):
    other = register(stack, post_logout_redirect_uris=[
        "https://other.test/after"])
    r = end_session(browser, id_token_hint=hint, client_id=client.client_id,
                    post_logout_redirect_uri="https://other.test/after")
    assert asks(r) and goes_nowhere(r)
    r = end_session(browser, client_id=other.client_id,
                    post_logout_redirect_uri=AFTER)
    assert asks(r) and goes_nowhere(r)


def test_a_client_that_is_not_there(stack, browser, client, user):
    r = end_session(browser, client_id="nobody",
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    disabled = register(stack)
    token = sign_in(stack, disabled, user, browser)["id_token"]
    stack.sql("SELECT oauth.disable_client(%s)", disabled.client_id)
    r = end_session(browser, client_id=disabled.client_id,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    # Its ID token is still one of ours, but it has nobody sent anywhere.
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert asks(r) and goes_nowhere(r)
    r = end_session(browser, id_token_hint=token)
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)


# -- the form is this browser's

def test_a_form_of_another_browser(stack, browser, client, hint):
    """Login CSRF's sibling: an attacker's own form signs nobody out."""
    attacker = Browser(stack)
    sign_in(stack, client, stack.create_user(), attacker)
    theirs = hidden_fields(end_session(attacker).text)
    r = end_session(browser, "POST", **theirs, decision="sign-out")
    assert asks(r)
    assert is_signed_in(browser, client)


@pytest.mark.parametrize("change", [
    {"form_token": "AAAA"}, {"form_token": ""}, {"request": "state=x"},
    {"request": "client_id=nobody"}, {"request": ""},
    {"request": "a=%zz"}])
def test_a_form_that_was_changed(browser, client, hint, change):
    page = end_session(browser, client_id=client.client_id)
    r = end_session(browser, "POST", **{**hidden_fields(page.text), **change},
                    decision="sign-out")
    assert (asks(r) or r.status_code == 400) and goes_nowhere(r)
    assert is_signed_in(browser, client)


def test_a_form_in_the_query(browser, client, hint):
    page = end_session(browser, client_id=client.client_id)
    r = end_session(browser, **hidden_fields(page.text), decision="sign-out")
    assert asks(r)
    assert is_signed_in(browser, client)


def test_a_post_of_another_site(stack, browser, client, hint):
    """It comes without our cookies; a GET that it leads to has them."""
    r = end_session(Browser(stack), "POST", id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    assert urlsplit(r.headers["Location"]).path == "/oauth/logout"
    r = browser.get(stack.url + r.headers["Location"], allow_redirects=False,
                    timeout=30)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)


def test_a_long_post_of_another_site(stack, browser, client, hint):
    """Too long for a Location: the page asks, and its form has the cookies."""
    r = end_session(Browser(stack), "POST", id_token_hint=hint,
                    state="s" * 3500, post_logout_redirect_uri=AFTER)
    assert asks(r)
    browser.cookies.update(r.cookies)
    r = browser.submit(r, decision="sign-out")
    assert r.status_code == 303 and len(answer(r)["state"]) == 3500
    assert not is_signed_in(browser, client)


def test_parameters_twice(stack, browser, client, hint):
    for query in "state=a&state=b", f"client_id={client.client_id}&client_id=b":
        r = browser.get(f"{stack.url}/oauth/logout?{query}", timeout=30)
        assert r.status_code == 400
    assert is_signed_in(browser, client)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods(browser, method):
    r = browser.request(method, browser.stack.url + "/oauth/logout",
                        timeout=30)
    assert r.status_code == 405 and r.headers["Allow"] == "GET, POST"


def test_each_web_server(each_stack):
    """And by plain CGI."""
    client, user = register(each_stack), each_stack.create_user()
    browser = Browser(each_stack)
    hint = sign_in(each_stack, client, user, browser)["id_token"]
    r = browser.submit(end_session(browser, client_id=client.client_id),
                       decision="stay")
    assert is_signed_in(browser, client)
    r = end_session(browser, id_token_hint=hint, state="s",
                    post_logout_redirect_uri=AFTER)
    assert (r.status_code, r.headers["Location"]) == (303, AFTER + "?state=s")
    assert not is_signed_in(browser, client)
