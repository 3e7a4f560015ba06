"""Client authentication by a signed assertion (RFC 7523 section 2.2, OpenID
Connect Core section 9), as a client sees it at each endpoint."""
import secrets
import time

import pytest

from client_assertion import (GRANT, TYPE, claims, denied, form, reason,
                              register, send, set_client)
from client_jwt import ALGS, new_key, sign
from postern_stack import Client, get_code
from token_endpoint import PATHS, issued, refused


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client_id(stack, key):
    return register(stack, key)


@pytest.fixture
def assertion(stack, client_id, key):
    """assertion(alg=..., header={...}, iss=..., ...): signed by the key."""
    def make(alg="ES256", header=None, **changed):
        return sign(key, claims(stack, client_id, **changed), alg,
                    **(header or {}))
    return make


# -- that it works

@pytest.mark.parametrize("path", PATHS)
def test_at_each_endpoint(stack, assertion, path):
    for aud in (stack.url, stack.url + "/oauth/token", stack.url + path,
                [stack.url], [stack.url + path]):
        r = send(stack, assertion(aud=aud), path)
        assert r.status_code == 200, r.text


def test_at_device_authorization(stack, key):
    path = "/oauth/device_authorization"
    c = register(stack, key, redirect_uris=[], grant_types=[
        "urn:ietf:params:oauth:grant-type:device_code"])
    for aud in (stack.url, stack.url + "/oauth/token", stack.url + path):
        r = send(stack, sign(key, claims(stack, c, aud=aud)), path)
        assert r.status_code == 200, r.text
    denied(send(stack, sign(key, claims(stack, c, aud="x")), path))


@pytest.mark.parametrize("path", PATHS)
def test_another_endpoint_as_aud(stack, assertion, path):
    """Only the token endpoint stands for the others."""
    for other in {*PATHS, "/oauth/authorize", "/oauth"} - {
            path, "/oauth/token"}:
        denied(send(stack, assertion(aud=stack.url + other), path))


@pytest.mark.parametrize("alg", ALGS)
def test_algorithms(stack, alg):
    """With and without a kid; and where the client has registered one, that
    alone."""
    keys = {a: new_key(kty) for a, kty in ALGS.items() if a != "PS256"}
    keys["PS256"] = keys["RS256"]
    c = register(stack, *{id(k): k for k in keys.values()}.values())
    for registered in (None, alg):
        set_client(stack, c, "token_endpoint_auth_signing_alg", registered)
        issued(send(stack, sign(keys[alg], claims(stack, c), alg)))
        issued(send(stack, sign(keys[alg], claims(stack, c), alg, kid=None)))
    for other in set(ALGS) - {alg}:
        denied(send(stack, sign(keys[other], claims(stack, c), other)))
        assert reason(stack) == "alg is not the registered one"
    set_client(stack, c, "token_endpoint_auth_signing_alg", "RS512")
    denied(send(stack, sign(keys[alg], claims(stack, c), alg)))


def test_client_id_besides(stack, client_id, assertion):
    """RFC 7521 section 4.2: it "MUST identify the same client"."""
    issued(send(stack, assertion(), client_id=client_id))
    issued(send(stack, assertion(), client_id=""))
    for other in ("x", client_id + " ", client_id.swapcase()):
        denied(send(stack, assertion(), client_id=other))


def test_other_grants(stack, key):
    """A code and a refresh token are redeemed with it, too."""
    c = register(stack, key)
    user = stack.create_user()
    code, verifier, _ = get_code(stack, Client(c, None), user)
    r = send(stack, sign(key, claims(stack, c)), code=code,
             grant_type="authorization_code", code_verifier=verifier)
    token = issued(r)["refresh_token"]
    issued(send(stack, sign(key, claims(stack, c)), refresh_token=token,
                grant_type="refresh_token"))
    r = stack.post("/oauth/token", {"grant_type": "refresh_token",
                                    "client_id": c, "refresh_token": token})
    denied(r)


def test_introspection_and_revocation(stack, key):
    c = register(stack, key)
    token = issued(send(stack, sign(key, claims(stack, c))))["access_token"]
    r = send(stack, sign(key, claims(stack, c)), "/oauth/introspect",
             token=token)
    assert r.json()["active"] is True
    r = send(stack, sign(key, claims(stack, c)), "/oauth/revoke", token=token)
    assert r.status_code == 200
    r = send(stack, sign(key, claims(stack, c)), "/oauth/introspect",
             token=token)
    assert r.json() == {"active": False}


# -- one method a request, and the one registered

@pytest.mark.parametrize("path", PATHS)
def test_two_methods(stack, client_id, assertion, path):
    basic = Client(client_id, "x")
    r = stack.post(path, form(assertion()), basic)
    refused(r, 400, "invalid_request")
    r = send(stack, assertion(), path, client_secret="x")
    refused(r, 400, "invalid_request")
    r = stack.post(path, form(assertion()),
                   headers={"Authorization": "Bearer x"})
    refused(r, 400, "invalid_request")


@pytest.mark.parametrize("change", [
    {"client_assertion_type": ""},
    {"client_assertion_type": TYPE + " "},
    {"client_assertion_type": TYPE.upper()},
    {"client_assertion_type":
     "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
    {"client_assertion": ""},
    {"client_assertion": "x" * 60000},
])
def test_half_of_it(stack, client_id, assertion, change):
    denied(stack.post("/oauth/token", {**form(assertion()), **change}))
    denied(stack.post("/oauth/token", {**form(assertion()), **change,
                                       "client_id": client_id}))


def test_twice(stack, assertion):
    body = [*form(assertion()).items(), ("client_assertion", assertion())]
    refused(stack.post("/oauth/token", body), 400, "invalid_request")


def test_too_large(stack, assertion):
    """D51: a jti of a megabyte is refused before anybody looks at it."""
    r = send(stack, assertion(jti="x" * (1 << 20)))
    assert r.status_code == 413


def test_another_method_registered(stack, key, client_id):
    """A right key is of no use to a client of another method."""
    for method in ("client_secret_basic", "client_secret_post", "none"):
        c = register(stack, key, token_endpoint_auth_method=method)
        denied(send(stack, sign(key, claims(stack, c))))
        assert reason(stack) == \
            "not the client's registered token_endpoint_auth_method"
    for r in (stack.post("/oauth/token", {**GRANT, "client_id": client_id}),
              stack.post("/oauth/token", {**GRANT, "client_id": client_id,
                                          "client_secret": "x"}),
              stack.post("/oauth/token", GRANT, Client(client_id, ""))):
        denied(r)


def test_disabled(stack, key):
    c = register(stack, key)
    issued(send(stack, sign(key, claims(stack, c))))
    stack.sql("SELECT oauth.disable_client(%s)", c)
    denied(send(stack, sign(key, claims(stack, c))))


# -- what it must say (the rules, each at its edge: test_client_assertion.c)

@pytest.mark.parametrize("change", [
    {"iss": "other"}, {"iss": None}, {"iss": 1}, {"iss": ["x"]},
    {"sub": "other"}, {"sub": None}, {"sub": 1}, {"sub": {}},
    {"iss": "other", "sub": "other"}, {"iss": "", "sub": ""},
    {"aud": None}, {"aud": "https://other.test"}, {"aud": 1}, {"aud": {}},
    {"aud": []}, {"aud": "/oauth/token"},
    {"exp": None}, {"exp": "9999999999"}, {"exp": 9999999999}, {"exp": 0},
    {"exp": 1e300},
    {"jti": None}, {"jti": ""}, {"jti": 1}, {"jti": "x" * 257},
    {"jti": "a\u0000b"}, {"sub": "a\u0000b"},
    {"nbf": "0"}, {"iat": "0"},
], ids=str)
def test_claims(stack, assertion, change):
    """D50, D51."""
    denied(send(stack, assertion(**change)))


def test_audiences(stack, assertion):
    """D50, CVE-2025-27370: another's, ours and another's, other spellings."""
    url = stack.url
    for aud in (url + "/", url + "/oauth/token/", url.upper(),
                url + ".other.test", [url, "https://other.test"],
                [url, url], [url, 1], [[url]], {"aud": url},
                url.replace("localhost", "127.0.0.1"), url + "/oauth/token?"):
        denied(send(stack, assertion(aud=aud)))


def test_clocks(stack, assertion):
    """Certification 1.2 item 7: ten seconds are no reason, sixty are."""
    now = int(time.time())
    for ahead in ({"iat": now + 10}, {"nbf": now + 10},
                  {"iat": now + 10.5, "nbf": now + 10.25},
                  {"iat": now - 3600}, {"exp": now + 3600},
                  {"exp": now + 2}, {"iat": None}):
        issued(send(stack, assertion(**ahead)))
    for ahead in ({"iat": now + 61}, {"nbf": now + 61}, {"exp": now - 1},
                  {"exp": now - 3600}, {"exp": now + 3700}):
        denied(send(stack, assertion(**ahead)))


def test_odd_jti(stack, assertion):
    """D51: any string, and what it says is only compared."""
    for jti in ("'; DROP TABLE oauth.used_jti; --", '"', "\\", "\u2028é",
                "x" * 256, " "):
        once = assertion(jti=jti + secrets.token_hex(4) if len(jti) < 99
                         else jti)
        issued(send(stack, once))
        denied(send(stack, once))


def test_fapi2(stack, key):
    """FAPI 2.0 Security Profile section 5.3.2.1: the issuer as a string."""
    rsa = new_key("RSA")
    c = register(stack, key, rsa, fapi2=True)
    issued(send(stack, sign(key, claims(stack, c))))
    issued(send(stack, sign(rsa, claims(stack, c), "PS256")))
    for aud in (stack.url + "/oauth/token", [stack.url],
                [stack.url + "/oauth/token"]):
        denied(send(stack, sign(key, claims(stack, c, aud=aud))))
    denied(send(stack, sign(rsa, claims(stack, c), "RS256")))


# -- once

def test_replayed_at_once(stack, assertion):
    """D51."""
    once = assertion()
    issued(send(stack, once))
    denied(send(stack, once))
    assert reason(stack) == "the jti was used before"
    for path in PATHS:
        denied(send(stack, once, path))


def test_one_jti_of_two_clients(stack):
    """It is the issuer's own: another may have the same."""
    jti = secrets.token_hex(8)
    for _ in range(2):
        key = new_key()
        c = register(stack, key)
        issued(send(stack, sign(key, claims(stack, c, jti=jti))))


def test_a_refused_one_is_not_used_up(stack, client_id, assertion):
    """Nobody can spoil a jti without the key."""
    jti = secrets.token_hex(8)
    denied(send(stack, sign(new_key(), claims(stack, client_id, jti=jti),
                            kid=None)))
    issued(send(stack, assertion(jti=jti)))


def test_replayed_after_a_restart(make_stack, stack):
    """D51: what was used is known to all who come after."""
    own = make_stack(stack.server)
    key = new_key()
    c = register(own, key)
    once = sign(key, claims(own, c))
    issued(send(own, once))
    own.stop()
    own.start()
    denied(send(own, once))
    issued(send(own, sign(key, claims(own, c))))
