"""Client authentication by a signed assertion (RFC 7523 section 2.2, OpenID
Connect Core section 9)."""
import json
import secrets
import time

import pytest
from jwcrypto import jwk, jws

from postern_stack import Client, remember
from test_token_endpoint import issued, refused

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = {"grant_type": "client_credentials"}


def sign(key, claims, alg="ES256", **header):
    """A compact JWS over claims: a dict, or the payload as it stands."""
    payload = claims if isinstance(claims, (str, bytes)) \
        else json.dumps(claims)
    token = jws.JWS(payload)
    token.allowed_algs = ["RS256", "PS256", "ES256", "EdDSA", "HS256"]
    kid = {"kid": key["kid"]} if key.get("kid") else {}
    token.add_signature(key, None, json.dumps(
        {"alg": alg, **kid, **header}))
    return token.serialize(compact=True)


def new_key(kty="EC", **kw):
    kw = {"EC": {"crv": "P-256"}, "RSA": {"size": 2048},
          "OKP": {"crv": "Ed25519"}}[kty] | kw
    return jwk.JWK.generate(kty=kty, kid=secrets.token_hex(8), **kw)


def public(*keys):
    return {"keys": [k.export_public(as_dict=True) for k in keys]}


def claims(stack, client_id, **changed):
    now = int(time.time())
    c = {"iss": client_id, "sub": client_id, "aud": stack.url, "iat": now,
         "exp": now + 60, "jti": secrets.token_hex(16), **changed}
    return {k: v for k, v in c.items() if v is not None}


def send(stack, assertion, path="/oauth/token", **data):
    return stack.post(path, {**GRANT, "client_assertion_type": TYPE,
                             "client_assertion": assertion, **data})


def test_private_key_jwt(stack):
    key = new_key()
    client = stack.register_client(
        token_endpoint_auth_method="private_key_jwt", jwks=public(key))
    issued(send(stack, sign(key, claims(stack, client.client_id))))
