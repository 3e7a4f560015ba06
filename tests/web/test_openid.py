"""OpenID Connect by code, hybrid and implicit, and UserInfo: Authlib's cases
by their names."""
import base64
import hashlib
import json
import secrets
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken

from postern_stack import (Browser, answer, flow, form_action, get_code,
                           hidden_fields, pkce, redeem, remember)

CB = "https://client.test/cb"
ALL = ["code", "token", "id_token", "id_token token", "code id_token",
       "code token", "code id_token token"]
HYBRID = ["code token", "code id_token", "code id_token token"]
SCOPES = "openid profile email address phone"
ADA = {"name": "Ada Lovelace", "given_name": "Ada", "zoneinfo": "Europe/London",
       "email": "ada@client.test", "email_verified": True,
       "phone_number": "+44 1", "phone_number_verified": False,
       "address": {"country": "GB"}}


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client(
        scope=SCOPES, response_types=ALL,
        grant_types=["authorization_code", "implicit", "refresh_token"])


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user(**ADA)


@pytest.fixture(scope="module")
def browser(stack, client, user):
    """Signed in, and all agreed to."""
    b = Browser(stack)
    get_code(stack, client, user, b, scope=SCOPES)
    return b


def ask(browser, client, response_type, **params):
    """-> the answer of the authorization endpoint, and the verifier."""
    verifier, challenge = pkce()
    sent = {"client_id": client.client_id, "redirect_uri": CB,
            "response_type": response_type, "scope": "openid profile",
            "state": "bar", "nonce": secrets.token_hex(8),
            "code_challenge": challenge, "code_challenge_method": "S256",
            **params}
    return browser.authorize(
        **{k: v for k, v in sent.items() if v is not None}), verifier


def fragment(r):
    """The members of an answer that belongs in the fragment."""
    to = urlsplit(r.headers["Location"])
    assert r.headers["Location"].startswith(CB + "#") and not to.query
    got = dict(parse_qsl(to.fragment))
    remember(got.get("code"), got.get("access_token"), got.get("id_token"))
    return got


def claims_of(stack, token, alg="RS256"):
    keys = JsonWebKey.import_key_set(requests.get(
        stack.url + "/oauth/jwks", timeout=30).json())
    claims = JsonWebToken([alg]).decode(token, keys)
    claims.validate()
    return claims


def half(text):
    """at_hash and c_hash (OpenID Connect Core section 3.1.3.6)."""
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


# -- test_openid_code_grant

def test_authorize_token(stack, client, user):
    got = flow(stack, client, user, scope="openid profile", nonce="n")
    claims = claims_of(stack, got["id_token"])
    assert claims["auth_time"] and claims["amr"] == ["pwd"]
    assert claims["acr"] and claims["nonce"] == "n"
    assert claims["at_hash"] == half(got["access_token"])


def test_pure_code_flow(stack, client, user):
    assert "id_token" not in flow(stack, client, user, scope="profile")


def test_require_nonce(browser, client):
    """Where the browser brings the ID token; by code it may be left out."""
    for response_type in ("id_token", "id_token token", "code id_token",
                          "code id_token token"):
        r, _ = ask(browser, client, response_type, nonce=None)
        got = fragment(r)
        assert got["error"] == "invalid_request"
        assert "nonce" in got["error_description"]
    r, _ = ask(browser, client, "code", nonce=None)
    assert "code" in answer(r)


def test_nonce_replay(stack, browser, client):
    """It is the client's to refuse one that it has seen: each ID token has
    the nonce of its own request."""
    for nonce in ("one", "two", "one"):
        r, verifier = ask(browser, client, "code", nonce=nonce)
        got = redeem(stack, client, answer(r)["code"], verifier,
                     redirect_uri=CB).json()
        remember(got["access_token"], got.get("refresh_token"))
        assert claims_of(stack, got["id_token"])["nonce"] == nonce


def test_prompt(stack, browser, client):
    r, _ = ask(Browser(stack), client, "code")
    assert 'name="password"' in r.text
    r, _ = ask(browser, client, "code")
    assert "code" in answer(r)
    r, _ = ask(browser, client, "code", prompt="login")
    assert 'name="password"' in r.text


def test_prompt_none_not_logged(stack, client):
    r, _ = ask(Browser(stack), client, "code", prompt="none")
    got = answer(r)
    assert got["error"] == "login_required" and got["state"] == "bar"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_client_metadata_alg(stack, user, alg):
    other = stack.register_client(scope="openid",
                                  id_token_signed_response_alg=alg)
    got = flow(stack, other, user, scope="openid")
    claims = claims_of(stack, got["id_token"], alg)
    assert claims.header["alg"] == alg and claims["sub"] == user.sub


# -- test_openid_hybrid_grant

def test_invalid_client_id(stack, browser):
    for client_id in (None, "invalid"):
        r = browser.authorize(
            response_type="code token", scope="openid", nonce="n",
            redirect_uri=CB, **({"client_id": client_id} if client_id
                                else {}))
        assert r.status_code == 400 and "invalid_" in r.text


def test_hybrid_invalid_response_type(browser, client):
    r, _ = ask(browser, client, "code id_token invalid")
    assert answer(r)["error"] == "unsupported_response_type"


@pytest.mark.parametrize("response_type", [
    "code id_token", "code id_token token", "id_token", "id_token token"])
def test_invalid_scope(browser, client, response_type):
    """An ID token needs openid."""
    r, _ = ask(browser, client, response_type, scope="profile")
    assert fragment(r)["error"] == "invalid_scope"


@pytest.mark.parametrize("response_type", HYBRID + ["id_token token"])
def test_missing_openid_and_an_unregistered_redirect_uri(
        browser, client, response_type):
    """A CVE of Authlib's: nothing is redirected."""
    r, _ = ask(browser, client, response_type, scope="profile",
               redirect_uri="https://evil.test/")
    assert r.status_code == 400 and "Location" not in r.headers


@pytest.mark.parametrize("response_type", HYBRID + ["id_token",
                                                    "id_token token"])
def test_access_denied(stack, client, user, response_type):
    b = Browser(stack)
    r, _ = ask(b, client, response_type, prompt="consent")
    r = b.sign_in(r, user.username, user.password)
    assert fragment(b.consent(r, "deny"))["error"] == "access_denied"


def members(response_type):
    """What there is, and with it."""
    words = set(response_type.split())
    return {"state", "iss"} | words - {"token"} | (
        {"access_token", "token_type", "expires_in", "scope"}
        if "token" in words else set())


@pytest.mark.parametrize("response_type", HYBRID)
def test_hybrid(stack, browser, client, user, response_type):
    """code_access_token, code_id_token, code_id_token_access_token."""
    r, verifier = ask(browser, client, response_type, nonce="n")
    got = fragment(r)
    assert set(got) - {"scope"} == members(response_type) - {"scope"}
    assert got["state"] == "bar" and got["iss"] == stack.url
    if "id_token" in got:
        claims = claims_of(stack, got["id_token"])
        assert claims["c_hash"] == half(got["code"])
        assert claims["nonce"] == "n" and claims["sub"] == user.sub
        assert claims.get("at_hash") == (
            half(got["access_token"]) if "access_token" in got else None)
    if "access_token" in got:
        assert stack.me(got["access_token"]).status_code == 200
    bought = redeem(stack, client, got["code"], verifier, redirect_uri=CB)
    assert bought.status_code == 200
    bought = bought.json()
    remember(bought["access_token"], bought.get("refresh_token"))
    later = claims_of(stack, bought["id_token"])
    assert later["nonce"] == "n" and later["sub"] == user.sub


@pytest.mark.parametrize("response_type", ALL[1:])
def test_response_mode_query(browser, client, response_type):
    """Refused: tokens in a query end up in logs and histories."""
    r, _ = ask(browser, client, response_type, response_mode="query")
    assert fragment(r)["error"] == "invalid_request"


@pytest.mark.parametrize("response_type", ALL)
def test_response_mode_form_post(browser, client, response_type):
    r, _ = ask(browser, client, response_type, response_mode="form_post")
    assert r.status_code == 200 and form_action(r.text) == CB
    got = hidden_fields(r.text)
    remember(got.get("code"), got.get("access_token"), got.get("id_token"))
    assert set(got) - {"scope"} == members(response_type) - {"scope"}


@pytest.mark.parametrize("response_type", [
    "id_token code", "token id_token code", "token code"])
def test_order_of_words(browser, client, response_type):
    """Attack 25: a set of words."""
    r, _ = ask(browser, client, response_type)
    assert "error" not in fragment(r)


@pytest.mark.parametrize("response_type", ALL[1:])
def test_not_by_choice(stack, browser, response_type):
    """Off until the client's row has them."""
    other = stack.register_client(scope=SCOPES)
    r, _ = ask(browser, other, response_type)
    assert answer(r)["error"] in ("unauthorized_client",)
    assert "#" in r.headers["Location"]


# -- test_openid_implict_grant

@pytest.mark.parametrize("response_type", ["id_token", "id_token token"])
def test_implicit(stack, browser, client, user, response_type):
    """authorize_access_token, authorize_id_token."""
    r, _ = ask(browser, client, response_type, nonce="n")
    got = fragment(r)
    assert set(got) - {"scope"} == members(response_type) - {"scope"}
    claims = claims_of(stack, got["id_token"])
    assert claims["sub"] == user.sub and claims["nonce"] == "n"
    assert "c_hash" not in claims
    # OpenID Connect Core section 5.4: with no access token to ask with.
    assert ("name" in claims) == (response_type == "id_token")


def test_implicit_alg(stack, browser, user):
    other = stack.register_client(
        scope="openid", response_types=["id_token"], grant_types=["implicit"],
        id_token_signed_response_alg="ES256")
    r, _ = ask(browser, other, "id_token", scope="openid", code_challenge=None,
               code_challenge_method=None)
    if 'value="allow"' in r.text:
        r = browser.consent(r)
    assert claims_of(stack, fragment(r)["id_token"], "ES256")["sub"]


# -- test_userinfo

def userinfo(stack, token=None, method="GET", scheme="Bearer", **kw):
    headers = {"Authorization": f"{scheme} {token}"} if token else {}
    return requests.request(method, stack.url + "/oauth/userinfo",
                            headers=headers, timeout=30, **kw)


@pytest.fixture(scope="module")
def token(stack, client, user):
    return flow(stack, client, user, scope=SCOPES)["access_token"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo(each_stack, method):
    user = each_stack.create_user(**ADA)
    client = each_stack.register_client(scope=SCOPES)
    token = flow(each_stack, client, user, scope=SCOPES)["access_token"]
    r = userinfo(each_stack, token, method)
    assert r.status_code == 200
    assert r.headers["Content-Type"] == "application/json"
    assert "no-store" in r.headers["Cache-Control"]
    assert r.json() == {"sub": user.sub, **ADA}


def test_userinfo_no_token(stack):
    r = userinfo(stack)
    assert r.status_code == 401
    assert r.headers["WWW-Authenticate"].startswith("Bearer")
    assert "error=" not in r.headers["WWW-Authenticate"]


def test_userinfo_bad_token(stack, token):
    for value, scheme in ((token, "invalid"), ("invalid", "Bearer"),
                          (token + "x", "Bearer")):
        r = userinfo(stack, value, scheme=scheme)
        assert r.status_code == 401
        assert r.headers["WWW-Authenticate"].startswith("Bearer")
        assert ('error="invalid_token"' in r.headers["WWW-Authenticate"]) \
            is (scheme == "Bearer")


def test_userinfo_token_has_bad_scope(stack, client, user):
    other = flow(stack, client, user, scope="profile")["access_token"]
    r = userinfo(stack, other)
    assert r.status_code == 403
    assert 'error="insufficient_scope"' in r.headers["WWW-Authenticate"]


@pytest.mark.parametrize("scope,names", [
    ("openid", set()),
    ("openid profile", {"name", "given_name", "zoneinfo"}),
    ("openid address", {"address"}),
    ("openid email", {"email", "email_verified"}),
    ("openid phone", {"phone_number", "phone_number_verified"})])
def test_userinfo_scopes(stack, client, user, scope, names):
    """scope_minimum, profile, address, email and phone."""
    r = userinfo(stack, flow(stack, client, user,
                             scope=scope)["access_token"])
    got = r.json()
    assert got.pop("sub") == user.sub
    assert set(got) - {"preferred_username"} == names
    for name in names:
        assert got[name] == ADA[name]


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_userinfo_signed_secured(stack, user, alg):
    other = stack.register_client(scope="openid email",
                                  userinfo_signed_response_alg=alg)
    r = userinfo(stack, flow(stack, other, user,
                             scope="openid email")["access_token"])
    assert r.headers["Content-Type"] == "application/jwt"
    claims = claims_of(stack, r.text, alg)
    assert claims["iss"] == stack.url
    assert claims["aud"] == other.client_id
    assert claims["sub"] == user.sub and claims["email"] == ADA["email"]


def test_userinfo_twice(stack, token):
    """In the header and in the body: RFC 6750 section 2."""
    r = userinfo(stack, token, "POST", data={"access_token": token})
    assert r.status_code == 400
    assert 'error="invalid_request"' in r.headers["WWW-Authenticate"]
    r = userinfo(stack, params={"access_token": token})
    assert r.status_code == 400
    r = userinfo(stack, None, "POST", data={"access_token": token})
    assert r.status_code == 200
    r = userinfo(stack, None, "POST", json={"access_token": token})
    assert r.status_code == 400
    assert 'error="invalid_request"' in r.headers["WWW-Authenticate"]


def test_userinfo_of_nobody(stack):
    other = stack.register_client(scope="openid",
                                  grant_types=["client_credentials"],
                                  redirect_uris=[])
    own = stack.token(other, grant_type="client_credentials",
                      scope="openid").json()
    remember(own.get("access_token"))
    r = userinfo(stack, own["access_token"])
    assert r.status_code == 403, json.dumps(own)


@pytest.mark.parametrize("bad", ["a b", "a\"b", "é", "=", "a=b", "{"])
def test_userinfo_of_what_is_no_token(stack, bad):
    """RFC 6750 section 2.1: b64token, also where it comes in a form."""
    r = userinfo(stack, None, "POST", data={"access_token": bad})
    assert r.status_code == 400
    assert 'error="invalid_request"' in r.headers["WWW-Authenticate"]


def signed_in_ago(stack, user, seconds):
    stack.sql("UPDATE oauth.session SET auth_time = now()"
              " - make_interval(secs => %s) WHERE user_id = (SELECT user_id"
              " FROM oauth.end_user WHERE sub = %s)", seconds, user.sub)


def test_default_max_age(stack):
    """OpenID Connect Registration section 2: for requests that do not say
    max_age, and for no other."""
    user, browser = stack.create_user(), Browser(stack)
    patient = stack.register_client(scope="openid")
    strict = stack.register_client(scope="openid", default_max_age=600)
    for client in patient, strict:
        get_code(stack, client, user, browser, scope="openid")
    signed_in_ago(stack, user, 3600)
    for client, params, asked in (
            (patient, {}, False), (strict, {}, True),
            (strict, {"max_age": 7200}, False),
            (patient, {"max_age": 600}, True)):
        r, _ = ask(browser, client, "code", scope="openid", **params)
        assert ('name="password"' in r.text) is asked, params
    r, _ = ask(browser, strict, "code", scope="openid")
    r = browser.sign_in(r, user.username, user.password)
    assert "code=" in r.headers["Location"]


NOT_LIKE_THAT = "the person has to sign in again, or as another"


@pytest.mark.parametrize("change,told", [
    ({"max_age": "0"}, NOT_LIKE_THAT), ({"max_age": "1"}, NOT_LIKE_THAT),
    ({"max_age": "9999"}, None)])
def test_prompt_none_and_max_age(stack, client, user, change, told):
    """Who looks for why is not told that nobody is signed in."""
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "openid", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", "prompt": "none", **change}
    browser = Browser(stack)
    got = answer(browser.authorize(**params))
    assert got["error_description"] == "nobody is signed in"
    flow(stack, client, user, browser, scope="openid")
    stack.sql("UPDATE oauth.session v SET auth_time ="
              " v.auth_time - interval '1 minute' FROM oauth.end_user u"
              " WHERE u.user_id = v.user_id AND u.sub = %s", user.sub)
    got = answer(browser.authorize(**params))
    assert got.get("error_description") == told
    assert got.get("error") == ("login_required" if told else None)


@pytest.mark.parametrize("how", ["id_token_hint", "claims"])
def test_somebody_else_is_signed_in(stack, client, user, how):
    """Core section 3.1.2.1: nobody but whom the client has in mind; the one
    who signs in as another is not shown the same page without a word."""
    told = "You are signed in, but the application asks for another account."
    wants = {"id_token_hint": flow(stack, client, user,
                                   scope="openid")["id_token"]} \
        if how == "id_token_hint" else {"claims": json.dumps(
            {"id_token": {"sub": {"value": user.sub}}})}
    params = {"response_type": "code", "client_id": client.client_id,
              "scope": "openid", "code_challenge": pkce()[1],
              "code_challenge_method": "S256", **wants}
    browser, other = Browser(stack), stack.create_user()
    r = browser.authorize(**params)
    assert 'name="password"' in r.text and told not in r.text
    for _ in range(2):
        r = browser.sign_in(r, other.username, other.password)
        assert 'name="password"' in r.text and told in r.text
    assert told in browser.authorize(**params).text
    assert answer(browser.authorize(**params, prompt="none"))[
        "error_description"] == NOT_LIKE_THAT
    r = browser.sign_in(r, user.username, user.password)
    assert told not in r.text
    assert r.is_redirect or 'value="allow"' in r.text
