"""Client authentication by a signed assertion (RFC 7523 section 2.2, OpenID
Connect Core section 9), as a client sees it at each endpoint."""
import base64
import hashlib
import hmac
import json
import secrets
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)
from jwcrypto import jwk

from client_jwt import ALGS, Host, b64, new_key, public, sign
from postern_stack import Client, flow, get_code, remember
from token_endpoint import PATHS, issued, refused

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = {"grant_type": "client_credentials"}
FAILED = "client authentication failed"

# -- making them

def claims(stack, client_id, /, **changed):
    """What there must be; a claim that is None is left out."""
    now = int(time.time())
    c = {"iss": client_id, "sub": client_id, "aud": stack.url, "iat": now,
         "exp": now + 60, "jti": secrets.token_hex(16), **changed}
    return {k: v for k, v in c.items() if v is not None}


def form(assertion, **data):
    return {**GRANT, "token": "x", "client_assertion_type": TYPE,
            "client_assertion": assertion, **data}


def send(stack, assertion, path="/oauth/token", **data):
    return stack.post(path, form(assertion, **data))


def denied(r):
    """Whatever it is: the same answer."""
    assert refused(r, 401, "invalid_client") == FAILED


def reason(stack):
    """Why the last request was refused, of the log."""
    return json.loads(stack.log_lines()[-1]).get("reason")


def register(stack, *keys, **metadata):
    metadata.setdefault("token_endpoint_auth_method", "private_key_jwt")
    if keys:
        metadata["jwks"] = public(*keys)
    return stack.register_client(**metadata).client_id


def set_client(stack, client_id, column, value):
    """What registration would refuse."""
    stack.sql(f"UPDATE oauth.client SET {column} = %s WHERE client_id = %s",
              value, client_id)


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


@pytest.fixture(scope="module")
def secret_client(stack):
    """A client that authenticates by client_secret_jwt."""
    [[client_id]] = stack.sql(
        "SELECT client_id FROM oauth.register_client(%s)", json.dumps({
            "token_endpoint_auth_method": "client_secret_jwt",
            "grant_types": ["client_credentials"], "scope": "profile"}))
    secret = stack.postern("client-secret", client_id)
    remember(secret)
    return Client(client_id, secret)


def secret_key(secret, **kw):
    return jwk.JWK(kty="oct", k=b64(secret), **kw)


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


# -- what else was signed by somebody

@pytest.mark.parametrize("typ", [
    "at+jwt", "oauth-authz-req+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt",
    "authorization-grant+jwt", ""])
def test_another_type(stack, assertion, typ):
    """D53: a request object (RFC 9101 section 10.8), and its like."""
    denied(send(stack, assertion(header={"typ": typ})))


def test_types(stack, assertion):
    for typ in ("JWT", "jwt", "client-authentication+jwt"):
        issued(send(stack, assertion(header={"typ": typ})))


def test_request_object(stack, client_id, assertion):
    """D53: one that says nothing of its type has no sub; and were it there,
    it is no client's unless it says all that an assertion does."""
    extra = {"client_id": client_id, "response_type": "code",
             "redirect_uri": "https://client.test/cb"}
    denied(send(stack, assertion(sub=None, **extra)))
    denied(send(stack, assertion(jti=None, **extra)))


def test_id_token_and_access_token(stack, key):
    """D53: what we signed ourselves is for the client, and not by it."""
    c = stack.register_client(scope="openid profile",
                              access_token_format="jwt")
    user = stack.create_user()
    got = flow(stack, c, user, scope="openid profile")
    for name in ("id_token", "access_token"):
        assert got[name].count(".") == 2
        denied(send(stack, got[name]))
        denied(send(stack, got[name], client_id=c.client_id))


def test_signed_by_another(stack, client_id, assertion):
    other = new_key()
    head = base64.urlsafe_b64decode(assertion().split(".")[0] + "==")
    for kid in (None, other["kid"], json.loads(head)["kid"]):
        denied(send(stack, sign(other, claims(stack, client_id), kid=kid)))


def test_another_clients(stack, key):
    """Two clients, two keys: each is good for one."""
    mine, theirs = new_key(), new_key()
    a, b = register(stack, mine), register(stack, theirs)
    denied(send(stack, sign(theirs, claims(stack, a))))
    denied(send(stack, sign(mine, claims(stack, b))))
    denied(send(stack, sign(mine, claims(stack, a)), client_id=b))
    issued(send(stack, sign(mine, claims(stack, a))))


def test_changed(stack, assertion):
    head, payload, signature = assertion().split(".")
    other = b64(json.dumps({"alg": "ES256"}))
    flipped = signature[:-10] + ("A" if signature[-10] != "A" else "B") \
        + signature[-9:]
    for text in (f"{head}.{payload}.{flipped}",
                 f"{other}.{payload}.{signature}",
                 f"{head}.{b64('{}')}.{signature}", f"{head}.{payload}.",
                 f"{head}.{payload}", f".{payload}.{signature}",
                 f"{head}..{signature}", f"{head}.{payload}.{signature}.",
                 f"{head}.{payload}.{signature}.{signature}",
                 f" {head}.{payload}.{signature}",
                 f"{head}.{payload}.{signature}="):
        denied(send(stack, text))


@pytest.mark.parametrize("header", [
    {"jku": "https://evil.test/jwks"}, {"x5u": "https://evil.test/x"},
    {"x5c": ["MIIB"]}, {"crit": ["x"], "x": 1}, {"b64": False}, {"jwk": None},
], ids=lambda h: next(iter(h)))
def test_header_parameters(stack, client_id, key, assertion, header):
    """F73, F74: keys and extensions of a header are not for us, even where the
    signature is right."""
    evil = new_key()
    if "jwk" in header:
        header = {"jwk": evil.export_public(as_dict=True)}
    text = assertion()
    head = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))
    head = b64(json.dumps({**head, **header}))
    payload = text.split(".")[1]
    for signer in (evil, key):
        signature = _es256(signer, f"{head}.{payload}")
        denied(send(stack, f"{head}.{payload}.{signature}"))


def _es256(key, text):
    """jwcrypto makes no header that it does not understand."""
    made = key.get_op_key("sign").sign(text.encode(),
                                       ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(made)
    return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_none(stack, client_id):
    """alg none, in any spelling, with and without a signature."""
    payload = b64(json.dumps(claims(stack, client_id)))
    for alg in ("none", "None", "NONE", "nOnE", ""):
        for signature in ("", "AAAA"):
            denied(send(stack, b64(json.dumps({"alg": alg})) +
                        f".{payload}.{signature}"))


def hs256(secret, text):
    return b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def test_public_key_as_secret(stack):
    """D52 (CVE-2015-9235, CVE-2024-37568): HS256 with what everybody knows of
    the client as the secret: PEM, DER, JWK, modulus."""
    key = new_key("RSA")
    numbers = key.get_op_key("verify")
    keys = [key.export_to_pem(), key.export_to_pem().strip(),
            key.export_public().encode(),
            json.dumps(public(key)).encode(), b"", b"\0" * 32,
            base64.urlsafe_b64decode(key.export_public(as_dict=True)["n"]
                                     + "==")]
    for encoding in (Encoding.DER, Encoding.PEM):
        keys += [numbers.public_bytes(encoding, kind) for kind in
                 (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)]
    c = register(stack, key)
    d = register(stack, key)
    [[stored]] = stack.sql("SELECT jwks::text FROM oauth.client"
                           " WHERE client_id = %s", c)
    set_client(stack, d, "token_endpoint_auth_method", "client_secret_jwt")
    for who in (c, d):      # d: the method, but a secret it has not
        for secret in (*keys, stored.encode()):
            for kid in (key["kid"], None):
                head = {"alg": "HS256"} | ({"kid": kid} if kid else {})
                text = b64(json.dumps(head)) + "." + b64(
                    json.dumps(claims(stack, who)))
                denied(send(stack, f"{text}.{hs256(secret, text)}"))
    issued(send(stack, sign(key, claims(stack, c), "RS256")))


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


# -- client_secret_jwt

def test_secret(stack, secret_client):
    """And postern client-secret replaces it."""
    c, secret = secret_client
    issued(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))
    denied(send(stack, sign(secret_key(secret[:-1] + "~"), claims(stack, c),
                            "HS256")))
    for method in ("client_secret", "basic"):   # it is no password
        r = stack.post("/oauth/token", {**GRANT, "client_id": c,
                                        "client_secret": secret}) \
            if method == "client_secret" else stack.token(
                Client(c, secret), **GRANT)
        denied(r)
    [[sealed, hashed]] = stack.sql(
        "SELECT client_secret_sealed, client_secret_verifier"
        " FROM oauth.client WHERE client_id = %s", c)
    assert secret not in sealed and b64(secret) not in sealed and not hashed


def test_secret_replaced(stack):
    c = register(stack, token_endpoint_auth_method="client_secret_jwt")
    denied(send(stack, sign(secret_key("x" * 47), claims(stack, c), "HS256")))
    old, new = (stack.postern("client-secret", c) for _ in range(2))
    remember(old, new)
    assert old != new
    denied(send(stack, sign(secret_key(old), claims(stack, c), "HS256")))
    issued(send(stack, sign(secret_key(new), claims(stack, c), "HS256")))
    # Sealed for one client, it is of no use in another's row.
    other = register(stack, token_endpoint_auth_method="client_secret_jwt")
    stack.sql("UPDATE oauth.client SET client_secret_sealed = (SELECT"
              " client_secret_sealed FROM oauth.client WHERE client_id = %s)"
              " WHERE client_id = %s", c, other)
    denied(send(stack, sign(secret_key(new), claims(stack, other), "HS256")))
    for damaged in ("", "x", "AAAA"):
        set_client(stack, c, "client_secret_sealed", damaged)
        denied(send(stack, sign(secret_key(new), claims(stack, c), "HS256")))


def test_secret_expired(stack, secret_client):
    """D49."""
    c, secret = secret_client
    set_client(stack, c, "client_secret_expires_at", "2020-01-01")
    denied(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))
    set_client(stack, c, "client_secret_expires_at", None)
    issued(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))


def test_new_secret_of_one_that_has_expired(stack):
    """Until when a secret is good the operator has said, and is reminded."""
    c = register(stack, token_endpoint_auth_method="client_secret_jwt")
    for expires_at, told in ((1577836800, True), (4102444800, False),
                             (0, False)):
        stack.sql("SELECT oauth.change_client(%s, jsonb_build_object("
                  "'client_secret_expires_at', %s))", c, expires_at)
        r = stack.postern_run("client-secret", c)
        secret = r.stdout.strip()
        remember(secret)
        assert ("client_secret_expires_at has passed" in r.stderr) is told
        answer = send(stack, sign(secret_key(secret), claims(stack, c),
                                  "HS256"))
        denied(answer) if told else issued(answer)


def test_secret_for_whom_it_is_not(stack, client_id):
    for who in (client_id, "nobody", "", "x" * 5000):
        with pytest.raises(subprocess.CalledProcessError) as e:
            stack.postern("client-secret", who)
        assert "client_secret_jwt" in e.value.stderr
        assert not e.value.stdout


def test_secret_client_with_a_key(stack, secret_client, key):
    """Its jwks are for other things than authentication."""
    c, secret = secret_client
    set_client(stack, c, "jwks", json.dumps(public(key)))
    denied(send(stack, sign(key, claims(stack, c))))
    issued(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))
    set_client(stack, c, "jwks", None)


# -- jwks_uri

@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


def at_uri(stack, host, path=None):
    """A client whose keys are there."""
    return register(stack, jwks_uri=host.base + (
        path or "/" + secrets.token_hex(4)))


def later(stack, seconds):
    """So much later, as far as fetched documents know."""
    stack.sql("UPDATE oauth.fetched_document SET asked_at = asked_at - i,"
              " fetched_at = fetched_at - i, fresh_until = fresh_until - i,"
              " failed_at = failed_at - i FROM make_interval(secs => %s) i",
              seconds)


def test_jwks_uri(stack, host, key):
    """Fetched once, whoever asks; also of no content type."""
    host.keys(key)
    c = at_uri(stack, host)
    for path in PATHS * 3:
        r = send(stack, sign(key, claims(stack, c)), path)
        assert r.status_code == 200, r.text
    assert len(host.hits) == 1
    host.answer = (200, {}, host.answer[2])
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))


def test_jwks_uri_is_shared(stack, host, key):
    """Two clients of one operator, one document."""
    host.keys(key)
    for c in (at_uri(stack, host, "/jwks"), at_uri(stack, host, "/jwks")):
        issued(send(stack, sign(key, claims(stack, c))))
    assert host.hits == ["/jwks"]


@pytest.mark.parametrize("said,kept", [
    ("max-age=0", 300), ("no-store", 300), ("max-age=1000", 1000),
    ("max-age=999999", 86400), (None, 3600)])
def test_jwks_uri_freshness(stack, host, key, said, kept):
    """As long as Cache-Control says, within 5 minutes and a day."""
    host.keys(key, **({"Cache-Control": said} if said else {}))
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))
    later(stack, kept - 10)
    issued(send(stack, sign(key, claims(stack, c))))
    assert len(host.hits) == 1
    later(stack, 11)
    issued(send(stack, sign(key, claims(stack, c))))
    assert len(host.hits) == 2


def test_jwks_uri_rotation(stack, host, key):
    """An unknown kid: fetched again, but once in 30 seconds, whoever sends
    what; the old key is good until it is gone from there."""
    new = new_key()
    host.keys(key)
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))
    later(stack, 31)
    host.keys(key, new)
    issued(send(stack, sign(new, claims(stack, c))))
    issued(send(stack, sign(key, claims(stack, c))))
    assert len(host.hits) == 2
    for _ in range(5):
        denied(send(stack, sign(new_key(), claims(stack, c))))
    assert len(host.hits) == 2
    later(stack, 31)
    host.keys(new)
    for _ in range(5):
        denied(send(stack, sign(new_key(), claims(stack, c))))
    assert len(host.hits) == 3
    denied(send(stack, sign(key, claims(stack, c))))
    issued(send(stack, sign(new, claims(stack, c))))


def in_parallel(n, do):
    """do() n times at once -> the answers."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(do()))
               for _ in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def test_jwks_uri_in_parallel(stack, host, key):
    """Many who need it at once: one fetches, the others wait for that."""
    def answer(handler):
        time.sleep(0.5)
        plain(handler)

    host.keys(key)
    plain = answer_of(host.answer)
    host.answer = answer
    c = at_uri(stack, host)
    for r in in_parallel(20, lambda: send(stack, sign(key,
                                                      claims(stack, c)))):
        issued(r)
    assert len(host.hits) == 1


def answer_of(answer):
    def do(handler):
        status, headers, body = answer
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    return do


def drip(handler):
    """A byte a second, without end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(60):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(1)
    except OSError:
        pass


def hang(handler):
    time.sleep(20)


def flood(handler):
    """A gigabyte."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1 << 14):
            handler.wfile.write(b"x" * (1 << 16))
    except OSError:
        pass


PRIVATE = new_key()
BAD = {
    "500": (500, {}, b"{}"),
    "404": (404, {}, b"{}"),
    "201 and nothing": (201, {}, b""),
    "HTML": (200, {"Content-Type": "text/html"}, b"<html>"),
    "an array": (200, {}, b"[]"),
    "no keys": (200, {}, b"{}"),
    "keys that are none": (200, {}, b'{"keys": {}}'),
    "a private key": (200, {}, json.dumps({"keys": [
        PRIVATE.export_private(as_dict=True)]}).encode()),
    "deep": (200, {}, b"[" * 60000),
    "NUL": (200, {}, b'{"keys": [], "\0": 1}'),
    "not UTF-8": (200, {}, b'{"keys": [], "\xff": 1}'),
    "a gigabyte": flood,
    "a gigabyte, it says": (200, {"Content-Length": str(1 << 30)}, b""),
    "a gzip bomb": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\0"),
}


@pytest.mark.parametrize("what", BAD)
def test_jwks_uri_bad(stack, host, key, what):
    """F82: an answer that is none; and that is remembered for 30 seconds."""
    host.answer = BAD[what]
    c = at_uri(stack, host)
    began = time.monotonic()
    denied(send(stack, sign(PRIVATE, claims(stack, c))))
    assert reason(stack).startswith("jwks_uri: ")
    assert time.monotonic() - began < 6
    host.keys(PRIVATE)
    denied(send(stack, sign(PRIVATE, claims(stack, c))))
    assert len(host.hits) == 1
    later(stack, 31)
    issued(send(stack, sign(PRIVATE, claims(stack, c))))
    # What was good stays so while the host is not, for a day.
    host.answer = BAD[what] if what != "a private key" else BAD["500"]
    later(stack, 7200)
    issued(send(stack, sign(PRIVATE, claims(stack, c))))
    assert len(host.hits) == 3
    later(stack, 86400)
    denied(send(stack, sign(PRIVATE, claims(stack, c))))


def test_jwks_uri_empty_and_many(stack, host, key):
    """F82: no keys at all; a thousand of them, of which ours is the first."""
    host.keys()
    c = at_uri(stack, host)
    denied(send(stack, sign(key, claims(stack, c))))
    assert reason(stack) == "there is no such key"
    body = {"keys": [key.export_public(as_dict=True)] + [{"kty": "EC"}] * 1000}
    host.answer = (200, {}, json.dumps(body).encode())
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))


def test_jwks_uri_slow_and_old(stack, host, key):
    """Where an old document will do, one fetches it anew, and nobody else
    waits for that."""
    host.keys(key)
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))
    later(stack, 7200)
    host.answer = hang
    took = []

    def one():
        began = time.monotonic()
        issued(send(stack, sign(key, claims(stack, c))))
        took.append(time.monotonic() - began)

    in_parallel(10, one)
    assert len(host.hits) == 2
    assert 4 < max(took) < 6.5 and sorted(took)[-2] < 1.5


@pytest.mark.parametrize("how", [drip, hang])
def test_jwks_uri_slow(stack, host, key, client_id, how):
    """F82: five seconds for one request, less for the others who need it, and
    nothing for everybody else."""
    host.answer = how
    c = at_uri(stack, host)
    took = []

    def one():
        began = time.monotonic()
        r = send(stack, sign(key, claims(stack, c)))
        took.append(time.monotonic() - began)
        return r

    waiting = threading.Thread(target=lambda: statuses.extend(
        r.status_code for r in in_parallel(10, one)))
    statuses = []
    waiting.start()
    time.sleep(0.3)
    while waiting.is_alive():
        began = time.monotonic()
        issued(stack.token(stack.register_client(), **GRANT))
        assert time.monotonic() - began < 2
        time.sleep(0.2)
    waiting.join()
    assert sorted(statuses) == [401] + [503] * 9
    assert max(took) < 6.5 and sorted(took)[-2] < 4
    began = time.monotonic()
    denied(one())
    assert time.monotonic() - began < 1 and len(host.hits) == 1


def test_jwks_uri_slow_and_many(stack, host, key, client_id):
    """Whoever may register clients can not have every thread wait."""
    host.answer = hang
    slow = [at_uri(stack, host) for _ in range(40)]
    todo = slow * 10        # more than there are threads, of both processes
    fast = stack.register_client()
    statuses = []
    waiting = threading.Thread(target=lambda: statuses.extend(
        r.status_code for r in in_parallel(len(todo), lambda: send(
            stack, sign(key, claims(stack, todo.pop()))))))
    waiting.start()
    time.sleep(0.5)
    took = []
    while waiting.is_alive():
        began = time.monotonic()
        issued(stack.token(fast, **GRANT))
        took.append(time.monotonic() - began)
        time.sleep(0.2)
    assert max(took) < 2 and len(took) > 5
    assert set(statuses) == {401, 503} and len(statuses) == 400


def test_jwks_uri_redirect(stack, host, key):
    """F82: to another place, to itself, to another scheme: not followed."""
    other = Host()
    other.keys(key)
    try:
        for to in (other.base + "/", "file:///etc/passwd", "/jwks", ""):
            for status in (301, 302, 303, 307, 308):
                host.answer = (status, {"Location": to}, b"")
                c = at_uri(stack, host)
                denied(send(stack, sign(key, claims(stack, c))))
        assert not other.hits and len(host.hits) == 20
    finally:
        other.close()


def test_jwks_uri_private_address(make_stack, stack, host, key):
    """Where the operator has named no network of theirs, nothing on this
    machine is asked, however it is spelled."""
    own = make_stack(stack.server)
    host.keys(key)
    own.sql("UPDATE oauth.setting SET outgoing_networks = '{}'")
    for name in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
                 "2130706433", "0x7f.1", "0", "0.0.0.0", "127.1"):
        for scheme in ("http", "https"):
            c = register(own, jwks_uri="https://client.test/jwks")
            set_client(own, c, "jwks_uri", f"{scheme}://{name}:{host.port}/")
            denied(send(own, sign(key, claims(own, c))))
            assert reason(own).startswith("jwks_uri: ")
    assert not host.hits
    own.sql("UPDATE oauth.setting SET outgoing_networks = '{127.0.0.0/8}'")
    c = at_uri(own, host)
    issued(send(own, sign(key, claims(own, c))))


@pytest.mark.parametrize("uri", [
    "", "x", "file:///etc/passwd", "ftp://localhost/", "http://localhost:0/",
    "https://user:password@localhost/", "https://", "http://localhost:1/",
    "https://no-such-host.invalid/"])
def test_jwks_uri_that_is_none(stack, key, uri):
    c = register(stack, jwks_uri="https://client.test/jwks")
    set_client(stack, c, "jwks_uri", uri)
    denied(send(stack, sign(key, claims(stack, c))))
    assert "password" not in reason(stack)


def test_no_keys(stack, key):
    c = register(stack, key)
    set_client(stack, c, "jwks", None)
    denied(send(stack, sign(key, claims(stack, c))))
    assert reason(stack) == "there is no such key"
    for jwks in ("{}", "[]", '{"keys": {}}', '{"keys": [1]}', '{"keys": []}'):
        set_client(stack, c, "jwks", jwks)
        denied(send(stack, sign(key, claims(stack, c))))


def test_jwks_uri_by_https(make_stack):
    """Only of who shows a certificate of those that are trusted."""
    own = make_stack("lighttpd", TLS="1")
    tls = Path(own.ca_file).parent
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "localhost.pem", tls / "localhost.key")
    host, key = Host(context), new_key()
    host.keys(key)
    try:
        c = at_uri(own, host)
        r = send(own, sign(key, claims(own, c)), )
        issued(r)
        own.sql("UPDATE oauth.setting SET outgoing_ca_file = NULL")
        c = at_uri(own, host)
        denied(send(own, sign(key, claims(own, c))))
        assert len(host.hits) == 1
    finally:
        host.close()


# -- Authlib: test_jwt_bearer_client_auth, by the names of its tests

def session(stack, client_id, secret, method):
    s = OAuth2Session(client_id, secret,
                      token_endpoint_auth_method=method.name)
    s.register_client_auth_method(method)
    s.trust_env = False
    return s


def test_authlib_invalid_client(stack, client_id):
    denied(stack.post("/oauth/token", {
        **GRANT, "client_assertion_type": TYPE}))
    denied(stack.post("/oauth/token", {
        **GRANT, "client_assertion_type": TYPE, "client_id": client_id}))


def test_authlib_invalid_jwt(stack, secret_client):
    """A wrong secret."""
    denied(send(stack, sign(secret_key("invalid-secret" * 3), claims(
        stack, secret_client.client_id), "HS256")))


def test_authlib_not_found_client(stack, key):
    denied(send(stack, sign(key, claims(stack, "unknown"))))
    assert reason(stack) == "no such client"


def test_authlib_not_supported_auth_method(stack, key):
    c = register(stack, key, token_endpoint_auth_method="client_secret_basic")
    denied(send(stack, sign(key, claims(stack, c))))


def test_authlib_client_secret_jwt(stack, secret_client):
    """Its own client, as it comes."""
    c, secret = secret_client
    url = stack.url + "/oauth/token"
    for method in (ClientSecretJWT(url), ClientSecretJWT(None)):
        with session(stack, c, secret, method) as s:
            assert s.fetch_token(url, **GRANT)["access_token"]


def test_authlib_private_key_jwt(stack):
    """RS256, signed by its own client."""
    key = new_key("RSA")
    c = register(stack, key)
    url = stack.url + "/oauth/token"
    pem = key.export_to_pem(private_key=True, password=None).decode()
    with session(stack, c, pem, PrivateKeyJWT(url)) as s:
        assert s.fetch_token(url, **GRANT)["access_token"]


def test_authlib_not_validate_jti(stack, assertion):
    """There it can be turned off; here it is always looked at (OpenID Connect
    Core section 9: "jti REQUIRED")."""
    denied(send(stack, assertion(jti=None)))
    assert reason(stack) == "jti is missing"


def test_authlib_validate_jti_failed(stack, assertion):
    once = assertion()
    issued(send(stack, once))
    denied(send(stack, once))
    assert "jti" in reason(stack)


def test_authlib_issuer_as_audience(stack, assertion):
    issued(send(stack, assertion(aud=stack.url)))


def test_authlib_invalid_assertion(stack, key):
    """The payload is text."""
    denied(send(stack, sign(key, "text")))
    assert reason(stack) == "the assertion's payload is no JSON object"


def test_authlib_missing_exp(stack, assertion):
    denied(send(stack, assertion(exp=None)))
    assert reason(stack) == "exp is missing"


def test_authlib_iss_sub_mismatch(stack, assertion):
    denied(send(stack, assertion(iss="other")))
    assert reason(stack) == "iss and sub are not the same"


def test_authlib_missing_jti(stack, assertion):
    denied(send(stack, assertion(jti=None)))
    assert reason(stack) == "jti is missing"


def test_authlib_malformed_assertion(stack):
    denied(send(stack, "not-a-jwt"))
    assert reason(stack) == "the assertion is no JWS"


def test_authlib_non_object_payload(stack, key):
    denied(send(stack, sign(key, "[]")))
    assert reason(stack) == "the assertion's payload is no JSON object"


def test_authlib_missing_sub(stack, assertion):
    denied(send(stack, assertion(sub=None)))
    assert reason(stack) == "sub is missing or no string"


def test_authlib_non_string_sub(stack, assertion):
    denied(send(stack, assertion(sub=123)))
    assert reason(stack) == "sub is missing or no string"
