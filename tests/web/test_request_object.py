"""Signed authorization requests (RFC 9101, OpenID Connect Core section 6):
Authlib's cases by their names, and attack 89."""
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from authorizing import parameters
from client_assertion import claims, set_client
from client_jwt import ALGS, Host, b64, new_key, public, sign
from postern_stack import Browser, answer, get_code, redeem, remember
from token_endpoint import refused

CB = "https://client.test/cb"


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client(stack, key):
    return stack.register_client(scope="openid profile", jwks=public(key))


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


def make(key, client, alg="ES256", header=None, **changed):
    _, said = parameters(client, **changed)
    return sign(key, said, alg, **(header or {}))


def unsigned(client, **changed):
    _, said = parameters(client, **changed)
    return f'{b64(json.dumps({"alg": "none"}))}.{b64(json.dumps(said))}.'


def ask(stack, client, browser=None, **params):
    """The page, or the redirect, that a request by value leads to."""
    params.setdefault("redirect_uri", CB)
    return (browser or Browser(stack)).authorize(
        client_id=client.client_id, **params)


def told(r):
    assert r.is_redirect, r.text
    assert r.headers["Location"].startswith(CB)
    return answer(r)


def fails(stack, client, text, error="invalid_request_object"):
    got = told(ask(stack, client, request=text, state="outer",
                   response_type="code"))
    assert got["error"] == error, got
    assert got["state"] == "outer" and got["iss"] == stack.url
    return True


def come(stack, client, user, browser=None, **params):
    browser = browser or Browser(stack)
    r = ask(stack, client, browser, **params)
    if 'name="password"' in r.text:
        r = browser.sign_in(r, user.username, user.password)
    if 'value="allow"' in r.text:
        r = browser.consent(r)
    return told(r)


# -- Authlib's

@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_parameter(each_stack, key, method):
    client = each_stack.register_client(jwks=public(key))
    user = each_stack.create_user()
    verifier, said = parameters(client)
    browser = Browser(each_stack)
    r = browser.follow(browser.request(
        method, each_stack.url + "/oauth/authorize", **{
            "params" if method == "GET" else "data": {
                "client_id": client.client_id, "request": sign(key, said)}},
        timeout=30, allow_redirects=False))
    r = browser.sign_in(r, user.username, user.password)
    got = told(browser.consent(r) if 'value="allow"' in r.text else r)
    assert got["state"] == "signed"
    tokens = redeem(each_stack, client, got["code"], verifier,
                    redirect_uri=CB)
    assert tokens.status_code == 200, tokens.text


def at_uri(stack, client, host, text, path="/object"):
    """It lies there, and the client has said that it may."""
    uri = host.base + path
    set_client(stack, client.client_id, "request_uris", [uri])
    host.answer = (200, {"Content-Type": "application/oauth-authz-req+jwt"},
                   text.encode())
    return uri


def test_request_uri_parameter(stack, key, client, user, host):
    for path, end in (("/object", ""), ("/object#a-hash", ""),
                      ("/a-line", "\n"), ("/a-line-of-windows", "\r\n")):
        verifier, said = parameters(client)
        uri = at_uri(stack, client, host, sign(key, said) + end, path)
        got = come(stack, client, user, request_uri=uri)
        assert got["state"] == "signed"
        assert redeem(stack, client, got["code"], verifier,
                      redirect_uri=CB).status_code == 200
    assert "#" not in "".join(host.hits)


def test_neither(stack, client, user):
    code, _, _ = get_code(stack, client, user)
    assert code


def test_both(stack, key, client):
    got = told(ask(stack, client, request=make(key, client),
                   request_uri="https://client.test/object"))
    assert got["error"] == "invalid_request"
    assert "exclude each other" in got["error_description"]


def test_server_require_request_object(stack, key, client, user, setting):
    setting(require_signed_request_object=True)
    _, said = parameters(client)
    del said["iss"]
    got = told(ask(stack, client, **{
        k: v for k, v in said.items() if k != "client_id"}))
    assert got["error"] == "invalid_request"
    assert "signed" in got["error_description"]
    assert "code" in come(stack, client, user, request=make(key, client))
    document = requests.get(
        stack.url + "/.well-known/openid-configuration", timeout=30).json()
    assert document["require_signed_request_object"] is True
    assert fails(stack, client, unsigned(client))


def test_client_require_request_object(stack, key, user):
    client = stack.register_client(jwks=public(key),
                                   require_signed_request_object=True)
    _, said = parameters(client)
    got = told(ask(stack, client, **{
        k: v for k, v in said.items() if k not in ("client_id", "iss")}))
    assert got["error"] == "invalid_request"
    assert "code" in come(stack, client, user, request=make(key, client))
    assert fails(stack, client, unsigned(client))
    # Pushed, it has to be signed none the less.
    data = {k: v for k, v in said.items() if k != "iss"}
    refused(stack.post("/oauth/par", data, client), 400, "invalid_request")


def test_none_alg(stack, client):
    """Also where nobody requires a signature: certification's unsigned
    request object, which "silently ignoring" fails."""
    fails(stack, client, unsigned(client))
    document = requests.get(
        stack.url + "/.well-known/openid-configuration", timeout=30).json()
    assert "none" not in document[
        "request_object_signing_alg_values_supported"]


def test_request_uri_none_alg(stack, client, host):
    uri = at_uri(stack, client, host, unsigned(client))
    assert told(ask(stack, client, request_uri=uri))[
        "error"] == "invalid_request_object"


def test_unreachable_request_uri(stack, client, host):
    uri = at_uri(stack, client, host, "")
    host.answer = (404, {}, b"")
    assert told(ask(stack, client, request_uri=uri))[
        "error"] == "invalid_request_uri"
    host.close()
    assert told(ask(stack, client, request_uri=uri))[
        "error"] == "invalid_request_uri"


def test_unregistered_request_uri(stack, key, client, host):
    uri = at_uri(stack, client, host, make(key, client))
    hits = len(host.hits)
    for other in (uri + "x", uri + "#x", uri.replace("/object", "//object"),
                  uri.upper()):
        assert told(ask(stack, client, request_uri=other))[
            "error"] == "invalid_request_uri"
    assert len(host.hits) == hits


def test_a_huge_document(stack, client, host):
    uri = at_uri(stack, client, host, "a" * 1000000)
    assert told(ask(stack, client, request_uri=uri))[
        "error"] == "invalid_request_uri"


@pytest.mark.parametrize("text", [
    "garbage", "a.b.c", "..", "a.b", "e30.e30.", "a" * 5000, "%00",
    "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "☃.☃.☃"], ids=range(9))
def test_garbage(stack, client, text):
    fails(stack, client, text)


def test_missing_client_id(stack, key, client):
    r = Browser(stack).authorize(request=make(key, client))
    assert r.status_code == 400 and not r.is_redirect


def test_invalid_client_id(stack, key, client):
    r = Browser(stack).authorize(client_id="nobody",
                                 request=make(key, client))
    assert r.status_code == 400 and not r.is_redirect


def test_different_client_id(stack, key, client):
    fails(stack, client, make(key, client, client_id="another"))
    fails(stack, client, make(key, client, client_id=None))
    fails(stack, client, make(key, client, client_id=[client.client_id]))


@pytest.mark.parametrize("member", ["request", "request_uri"])
def test_nested(stack, key, client, member):
    """Attack 89; RFC 9101 section 4."""
    inner = make(key, client) if member == "request" \
        else "https://client.test/object"
    fails(stack, client, make(key, client, **{member: inner}))


# -- signatures

@pytest.mark.parametrize("alg", ALGS)
def test_algorithms(stack, user, alg):
    key = new_key(ALGS[alg])
    client = stack.register_client(jwks=public(key))
    assert "code" in come(stack, client, user,
                          request=make(key, client, alg))


def test_downgrade(stack, key, user):
    """Attack 89: the registered algorithm, that alone."""
    rsa = new_key("RSA")
    client = stack.register_client(jwks=public(key, rsa),
                                   request_object_signing_alg="PS256")
    assert "code" in come(stack, client, user,
                          request=make(rsa, client, "PS256"))
    fails(stack, client, make(rsa, client, "RS256"))
    fails(stack, client, make(key, client))
    fails(stack, client, unsigned(client))


def test_whose_signature(stack, key, client):
    other = new_key()
    fails(stack, client, make(other, client))
    fails(stack, client, make(other, client, header={"kid": key["kid"]}))
    made = make(key, client)
    head, _, signature = made.split(".")
    _, said = parameters(client, state="other")
    fails(stack, client, f"{head}.{b64(json.dumps(said))}.{signature}")
    fails(stack, client, made[:-4] + "AAAA")
    fails(stack, client, made + "A")
    for header in ({"jku": "https://evil.test/"}, {"typ": "at+jwt"},
                   {"jwk": other.export_public(as_dict=True)},
                   {"typ": "dpop+jwt"}):
        fails(stack, client, make(key, client, header=header))


@pytest.mark.parametrize("typ", ["JWT", "oauth-authz-req+jwt",
                                 "application/oauth-authz-req+jwt"])
def test_typ(stack, key, client, user, typ):
    assert "code" in come(stack, client, user, request=make(
        key, client, header={"typ": typ}))


def test_without_keys(stack, key):
    client = stack.register_client()
    fails(stack, client, make(key, client))


def test_secret_is_no_key(stack, client):
    """A public key, or the secret, as the key of a MAC."""
    from jwcrypto import jwk
    mac = jwk.JWK(kty="oct", k=b64(client.client_secret or "x" * 32))
    fails(stack, client, make(mac, client, "HS256"))


# -- claims

@pytest.mark.parametrize("changed", [
    {"iss": "another"}, {"aud": "https://evil.test"}, {"aud": []},
    {"aud": 1}, {"exp": 1}, {"exp": "soon"}, {"nbf": 4102444800},
    {"iat": 4102444800}, {"scope": ["openid"]}, {"state": {"a": 1}},
    {"redirect_uri": 1.5}, {"max_age": -1.5}, {"state": "x" * 4097},
    {"state": "é" * 683}, {"state": " " * 1366},
    {"nonce": "a\0b"}], ids=lambda c: next(iter(c)))
def test_claims(stack, key, client, changed):
    got = told(ask(stack, client, request=make(key, client, **changed),
                   response_type="code"))
    assert got["error"] in ("invalid_request_object", "invalid_request")


def test_good_claims(stack, key, client, user):
    now = int(time.time())
    for changed in ({"aud": stack.url}, {"aud": [stack.url, "x"]},
                    {"iss": None}, {"exp": now + 60, "nbf": now, "iat": now},
                    {"exp": now - 5}, {"nbf": now + 8}, {"max_age": 3600},
                    {"claims": {"id_token": {"name": None}}},
                    {"unknown": "x"}, {"scope": "openid profile"}):
        assert "code" in come(stack, client, user, request=make(
            key, client, **changed)), changed


def test_not_a_client_assertion(stack, key, client):
    """RFC 9101 section 10.8: what is the one is not the other (attack 53)."""
    assertion = sign(key, claims(stack, client.client_id))
    fails(stack, client, assertion)
    _, said = parameters(client)
    fails(stack, client, sign(key, {**said, **claims(
        stack, client.client_id)}))


def test_the_inner_values(stack, key, client, user):
    """RFC 9101 section 6.3: "MUST only use the parameters included in the
    Request Object"; certification's object with a redirect_uri."""
    got = come(stack, client, user, request=make(
        key, client, scope="openid", nonce="inner"), state="outer",
        scope="openid profile", response_type="token", nonce="outer",
        prompt="none", redirect_uri="https://evil.test/")
    assert got["state"] == "signed"
    [[scope, nonce]] = stack.sql(
        "SELECT scope, nonce FROM oauth.authorization_code"
        " WHERE client_id = %s ORDER BY expires_at DESC LIMIT 1",
        client.client_id)
    assert (scope, nonce) == ("openid", "inner")


def test_unregistered_redirect_uri_inside(stack, key, client):
    r = ask(stack, client, request=make(
        key, client, redirect_uri="https://evil.test/"))
    assert r.status_code == 400 and not r.is_redirect


def test_prompt_login_inside(stack, key, client, user):
    browser = Browser(stack)
    get_code(stack, client, user, browser)
    made = make(key, client, prompt="login")
    assert 'name="password"' in ask(stack, client, browser,
                                    request=made).text
    assert "code" in come(stack, client, user, browser, request=made)
    # A second visit is a second request.
    assert 'name="password"' in ask(stack, client, browser,
                                    request=made).text


def test_pushed(stack, key, client, user):
    """RFC 9126 section 3."""
    verifier, said = parameters(client)
    r = stack.post("/oauth/par", {"request": sign(key, said)}, client)
    assert r.status_code == 201, r.text
    got = come(stack, client, user, request_uri=r.json()["request_uri"])
    assert redeem(stack, client, got["code"], verifier,
                  redirect_uri=CB).status_code == 200
    for text in (unsigned(client), make(new_key(), client), "x",
                 make(key, client, client_id="another")):
        refused(stack.post("/oauth/par", {"request": text}, client), 400,
                "invalid_request_object")
    refused(stack.post("/oauth/par", {"request": make(
        key, client, redirect_uri="https://evil.test/")}, client), 400,
        "invalid_request")
    for scope in ("nonsense", "  "):
        refused(stack.post("/oauth/par", {"request": make(
            key, client, scope=scope)}, client), 400, "invalid_scope")


def test_keys_at_a_jwks_uri(stack, key, user, host):
    client = stack.register_client()
    set_client(stack, client.client_id, "jwks_uri", host.base + "/keys")
    host.keys(key)
    assert "code" in come(stack, client, user, request=make(key, client))
    [[count]] = stack.sql("SELECT count(*) FROM oauth.fetched_document"
                          " WHERE uri = %s", host.base + "/keys")
    assert count == 1
    remember(user.password)


def test_slow_hosts(stack, key, client, user, host):
    """They hold some threads, and not all."""
    uri = at_uri(stack, client, host, make(key, client))
    go_on = threading.Event()
    host.answer = lambda _: go_on.wait(20)
    with ThreadPoolExecutor(72) as pool:
        answers = [pool.submit(ask, stack, client, request_uri=uri)
                   for _ in range(72)]
        try:
            while not [a for a in answers if a.done()]:
                time.sleep(0.05)
            assert 'name="password"' in Browser(stack).authorize(
                client_id=client.client_id, response_type="code",
                code_challenge="A" * 43, code_challenge_method="S256").text
        finally:
            go_on.set()
    got = {a.result().status_code for a in answers}
    assert got == {303, 503}
