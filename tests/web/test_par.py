"""Pushed authorization requests (RFC 9126): attacks 13 and 88."""
import math
import re
from collections import Counter

import pytest
import requests

from client_assertion import claims, form, register
from client_jwt import new_key, sign
from postern_stack import (Browser, answer, get_code, hidden_fields, pkce,
                           redeem, remember)
from token_endpoint import refused

URN = "urn:ietf:params:oauth:request_uri:"
CB = "https://client.test/cb"


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client(scope="openid profile email")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


def request_of(client, **params):
    verifier, challenge = pkce()
    return verifier, {k: v for k, v in {
        "client_id": client.client_id, "response_type": "code",
        "redirect_uri": CB, "state": "pushed", "code_challenge": challenge,
        "code_challenge_method": "S256", **params}.items() if v is not None}


def push(stack, client, **params):
    """-> the answer, the code_verifier."""
    verifier, data = request_of(client, **params)
    return stack.post("/oauth/par", data, client), verifier


def pushed(stack, client, **params):
    """-> request_uri, code_verifier."""
    r, verifier = push(stack, client, **params)
    assert r.status_code == 201, r.text
    return r.json()["request_uri"], verifier


def visit(browser, client, request_uri, **more):
    return browser.authorize(client_id=client.client_id,
                             request_uri=request_uri, **more)


def come(stack, client, user, request_uri, browser=None, **more):
    """Sign in and agree -> what the client is told."""
    browser = browser or Browser(stack)
    r = visit(browser, client, request_uri, **more)
    if 'name="password"' in r.text:
        r = browser.sign_in(r, user.username, user.password)
    if 'value="allow"' in r.text:
        r = browser.consent(r)
    assert r.is_redirect, r.text
    assert r.headers["Location"].startswith(CB)
    return answer(r)


def is_page(r, error):
    """For the person: there is nobody to redirect to."""
    assert not r.is_redirect
    assert r.status_code == 400 and error in r.text
    return True


# -- the endpoint

def test_pushed(each_stack):
    """RFC 9126 section 2.2; and the whole of it, behind each web server."""
    client, user = each_stack.register_client(), each_stack.create_user()
    r, verifier = push(each_stack, client, state="a b+c")
    assert r.status_code == 201
    assert r.headers["Content-Type"] == "application/json"
    assert "no-store" in r.headers["Cache-Control"]
    assert set(r.json()) == {"request_uri", "expires_in"}
    assert r.json()["expires_in"] == 90
    request_uri = r.json()["request_uri"]
    assert re.fullmatch(re.escape(URN) + "[A-Za-z0-9_-]{43}", request_uri)
    got = come(each_stack, client, user, request_uri)
    assert got["state"] == "a b+c" and got["iss"] == each_stack.url
    tokens = redeem(each_stack, client, got["code"], verifier,
                    redirect_uri=CB)
    assert tokens.status_code == 200, tokens.text


def test_each_is_another(stack, client):
    """Certification: at least 128 bits, 96 of entropy as they count it."""
    seen = {pushed(stack, client)[0] for _ in range(10)}
    assert len(seen) == 10
    for uri in seen:
        word = uri[len(URN):]
        entropy = -sum(n / len(word) * math.log2(n / len(word))
                       for n in Counter(word).values())
        assert entropy * len(word) > 96


def test_methods(stack):
    """Certification: PUT is none."""
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        r = requests.request(method, stack.url + "/oauth/par", timeout=30,
                             verify=stack.verify)
        assert r.status_code == 405
        assert "POST" in r.headers["Allow"]


def test_only_with_the_client_itself(stack, client):
    _, data = request_of(client)
    r = stack.post("/oauth/par", data)
    refused(r, 401, "invalid_client")
    r = stack.post("/oauth/par", {**data, "client_secret": "wrong"})
    refused(r, 401, "invalid_client")
    r = stack.post("/oauth/par", {**data, "client_id": "nobody"})
    refused(r, 401, "invalid_client")


def test_client_id_of_another(stack, client):
    """Attack 54."""
    other = stack.register_client()
    r, _ = push(stack, client, client_id=other.client_id)
    assert r.status_code in (400, 401)
    assert r.json()["error"] in ("invalid_client", "invalid_request")


def test_public_client(stack, user):
    public = stack.register_client(token_endpoint_auth_method="none")
    verifier, data = request_of(public)
    r = stack.post("/oauth/par", data)
    assert r.status_code == 201, r.text
    got = come(stack, public, user, r.json()["request_uri"])
    assert redeem(stack, public, got["code"], verifier,
                  redirect_uri=CB).status_code == 200


def test_assertion(stack):
    """Its own address is an aud (RFC 9126 section 2); the secrets are not
    among what is kept."""
    key = new_key()
    client_id = register(stack, key, grant_types=["authorization_code"])
    for aud in (stack.url, stack.url + "/oauth/par",
                stack.url + "/oauth/token"):
        made = sign(key, claims(stack, client_id, aud=aud))
        _, data = request_of(type("C", (), {"client_id": client_id}))
        r = stack.post("/oauth/par", {**form(made), **data})
        assert r.status_code == 201, r.text
    [[kept]] = stack.sql("SELECT parameters FROM oauth.pushed_request"
                         " ORDER BY created_at DESC LIMIT 1")
    assert "code_challenge=" in kept
    assert "assertion" not in kept and "token" not in kept


# What the endpoint refuses, and how.
BAD = [
    ({"redirect_uri": "https://evil.test/cb"}, "invalid_request"),
    ({"redirect_uri": CB + "/x"}, "invalid_request"),
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "foo"}, "unsupported_response_type"),
    ({"response_type": "token"}, "unauthorized_client"),
    ({"scope": "openid nonsense"}, "invalid_scope"),
    ({"scope": "phone"}, "invalid_scope"),
    ({"scope": "  "}, "invalid_scope"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"response_mode": "magic"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"claims": "{"}, "invalid_request"),
    ({"state": "x" * 4097}, "invalid_request"),
    ({"state": "é" * 683}, "invalid_request"),
    ({"state": " " * 1366}, "invalid_request"),
    ({"state": "x" * 3071, "response_mode": "jwt"}, "invalid_request"),
    ({"nonce": "x" * 1025}, "invalid_request"),
    ({"request_uri": URN + "A" * 43}, "invalid_request"),
    ({"request_uri": "https://client.test/object"}, "invalid_request"),
    ({"request": "x"}, "invalid_request_object"),
    ({"registration": "{}"}, "registration_not_supported"),
]


@pytest.mark.parametrize("params,error", BAD)
def test_bad_requests(stack, client, params, error):
    r, _ = push(stack, client, **params)
    refused(r, 400, error)


def test_twice(stack, client):
    _, data = request_of(client)
    r = stack.post("/oauth/par", [*data.items(), ("state", "pushed")], client)
    refused(r, 400, "invalid_request")


def test_a_long_one(stack, client, user):
    """What no query could carry."""
    many = {"claims": '{"id_token": {%s}}' % ", ".join(
        f'"c{n}": null' for n in range(600)), "state": "s" * 4096,
        "login_hint": "h" * 9000}
    request_uri, _ = pushed(stack, client, **many)
    assert come(stack, client, user, request_uri)["state"] == "s" * 4096


@pytest.mark.parametrize("params", [
    {"state": "s" * 4096}, {"state": "é" * 682}, {"state": " " * 1365},
    {"state": "é" * 1535, "response_mode": "jwt"},
    {"state": "\x01" * 511, "response_mode": "jwt"}],
    ids=lambda p: f"{p['state'][0]!a}-{p.get('response_mode')}")
def test_the_longest_state(stack, client, user, params):
    """It is counted as the Location has it, of which Apache takes 8190."""
    request_uri, _ = pushed(stack, client, prompt="none", **params)
    r = visit(Browser(stack), client, request_uri)
    assert r.is_redirect and len(r.headers["Location"]) < 6000
    if "response_mode" not in params:
        assert answer(r)["state"] == params["state"]


# -- what it is good for

def test_used_at_completion(stack, client, user):
    """Certification: a visit uses nothing up; the code does."""
    request_uri, verifier = pushed(stack, client)
    browser = Browser(stack)
    for _ in range(3):
        assert 'name="password"' in visit(browser, client, request_uri).text
    got = come(stack, client, user, request_uri, browser)
    assert redeem(stack, client, got["code"], verifier,
                  redirect_uri=CB).status_code == 200
    assert is_page(visit(browser, client, request_uri),
                   "invalid_request_uri")


def test_a_denial_uses_nothing(stack, client, user):
    """The person may think again."""
    request_uri, _ = pushed(stack, client, prompt="consent")
    browser = Browser(stack)
    r = visit(browser, client, request_uri)
    r = browser.sign_in(r, user.username, user.password)
    assert answer(browser.consent(r, "deny"))["error"] == "access_denied"


def test_not_a_handle_of_theirs(stack, client, user):
    """Attack 88: guessed, another's, in other letters, expired."""
    request_uri, _ = pushed(stack, client)
    other = stack.register_client()
    browser = Browser(stack)
    guess = request_uri[:-2] + ("AA" if request_uri[-2:] != "AA" else "BA")
    for uri in (guess, request_uri[:-1], request_uri + "A",
                request_uri.upper(), request_uri.replace("urn:", "URN:", 1),
                "https://client.test/" + request_uri, URN):
        r = visit(browser, client, uri)
        assert is_page(r, "invalid_request_uri"), uri
    assert is_page(visit(browser, other, request_uri), "invalid_request_uri")
    stack.sql("UPDATE oauth.pushed_request SET expires_at = now()"
              " WHERE client_id = %s", client.client_id)
    assert is_page(visit(browser, client, request_uri),
                   "invalid_request_uri")


def test_told_to_the_client(stack, client):
    """Where the outer request says who that is, and it is registered."""
    browser = Browser(stack)
    got = answer(visit(browser, client, URN + "A" * 43, redirect_uri=CB,
                       state="outer", response_type="code"))
    assert got["error"] == "invalid_request_uri"
    assert got["state"] == "outer"
    assert is_page(visit(browser, client, URN + "A" * 43,
                         redirect_uri="https://evil.test/"),
                   "invalid_request")


def test_expires(stack, client, setting):
    """Not visited in time: gone; visited: an hour to sign in."""
    setting(pushed_request_lifetime="5 seconds")
    r, _ = push(stack, client)
    assert r.json()["expires_in"] == 5
    browser = Browser(stack)
    assert visit(browser, client, r.json()["request_uri"]).status_code == 200
    [[left]] = stack.sql("SELECT extract(epoch FROM expires_at - now())::int"
                         " FROM oauth.pushed_request WHERE client_id = %s"
                         " ORDER BY created_at DESC LIMIT 1",
                         client.client_id)
    assert 3590 < left <= 3600


def test_inner_values_win(stack, client, user):
    """Attack 88: conflicting parameters beside it are not looked at."""
    request_uri, _ = pushed(stack, client, scope="openid", nonce="inner",
                            state="inner")
    got = come(stack, client, user, request_uri, state="outer",
               scope="openid profile email", response_type="code",
               redirect_uri=CB, nonce="outer", prompt="none")
    assert got["state"] == "inner"
    [[scope, nonce]] = stack.sql(
        "SELECT scope, nonce FROM oauth.authorization_code"
        " WHERE client_id = %s ORDER BY expires_at DESC LIMIT 1",
        client.client_id)
    assert (scope, nonce) == ("openid", "inner")


def test_nothing_of_it_in_the_pages(stack, client, user):
    """CVE-2024-4540: it stays where it was pushed."""
    request_uri, _ = pushed(stack, client, login_hint="ada@client.test",
                            state="a-secret-state", nonce="a-secret-nonce")
    browser = Browser(stack)
    r = visit(browser, client, request_uri)
    for text in (r.text, str(browser.cookies), r.url):
        assert "a-secret" not in text
    assert request_uri in hidden_fields(r.text)["request"].replace(
        "%3A", ":")
    remember(request_uri)


def test_prompt_login(stack, client, user):
    """A sign-in, once; not one for each page that the request passes."""
    browser = Browser(stack)
    get_code(stack, client, user, browser)
    for params in ({"prompt": "login"}, {"max_age": "0"},
                   {"prompt": "select_account"}, {"prompt": "login consent"}):
        request_uri, _ = pushed(stack, client, **params)
        r = visit(browser, client, request_uri)
        assert 'name="password"' in r.text
        assert "code" in come(stack, client, user, request_uri, browser)


def test_prompt_none(stack, client, user):
    request_uri, _ = pushed(stack, client, prompt="none")
    browser = Browser(stack)
    assert answer(visit(browser, client,
                        request_uri))["error"] == "login_required"
    get_code(stack, client, user, browser, redirect_uri=CB)
    assert "code" in answer(visit(browser, client, request_uri))


def test_required(stack, user, setting):
    """RFC 9126 section 6, per client and for all."""
    strict = stack.register_client(require_pushed_authorization_requests=True)
    browser = Browser(stack)
    _, data = request_of(strict)
    got = answer(browser.authorize(**data))
    assert got["error"] == "invalid_request" and "pushed" in got[
        "error_description"]
    assert "code" in come(stack, strict, user, pushed(stack, strict)[0])
    usual = stack.register_client()
    _, data = request_of(usual)
    assert 'name="password"' in Browser(stack).authorize(**data).text
    setting(require_pushed_authorization_requests=True)
    assert answer(Browser(stack).authorize(**data))[
        "error"] == "invalid_request"
    assert "code" in come(stack, usual, user, pushed(stack, usual)[0])


def test_disabled_in_between(stack, user):
    client = stack.register_client()
    request_uri, _ = pushed(stack, client)
    stack.sql("SELECT oauth.disable_client(%s)", client.client_id)
    r = visit(Browser(stack), client, request_uri)
    assert r.status_code == 400 and not r.is_redirect


def test_at_rest(stack, client):
    """Only the hash of the handle is kept."""
    request_uri, _ = pushed(stack, client)
    [[found]] = stack.sql(
        "SELECT count(*) FROM oauth.pushed_request p WHERE p::text LIKE %s",
        f"%{request_uri[len(URN):]}%")
    assert found == 0


def test_cleaned_up(stack, client):
    pushed(stack, client)
    stack.sql("UPDATE oauth.pushed_request"
              " SET expires_at = now() - interval '2 minutes'")
    stack.sql("SELECT * FROM oauth.maintain()")
    [[left]] = stack.sql("SELECT count(*) FROM oauth.pushed_request")
    assert left == 0
