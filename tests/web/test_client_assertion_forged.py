"""Client assertions that somebody else has signed, or for something else, or
that nobody has (RFC 7523 section 2.2)."""
import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from client_assertion import claims, denied, hs256, register, send, set_client
from client_jwt import b64, new_key, public, sign
from postern_stack import flow
from token_endpoint import issued


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
