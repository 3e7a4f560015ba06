"""client_assertion - what a client says of itself in place of a password (RFC
7523 section 2.2), and how it is sent; what is in the log of a refusal."""
import hashlib
import hmac
import json
import secrets
import time

from jwcrypto import jwk

from client_jwt import b64, public
from postern_stack import Client, remember
from token_endpoint import refused

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = {"grant_type": "client_credentials"}
FAILED = "client authentication failed"


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


def register_with_secret(stack):
    """A client that authenticates by client_secret_jwt."""
    [[client_id]] = stack.sql(
        "SELECT client_id FROM oauth.register_client(%s)", json.dumps({
            "token_endpoint_auth_method": "client_secret_jwt",
            "grant_types": ["client_credentials"], "scope": "profile"}))
    secret = stack.postern("client-secret", client_id)
    remember(secret)
    return Client(client_id, secret)


def set_client(stack, client_id, column, value):
    """What registration would refuse."""
    stack.sql(f"UPDATE oauth.client SET {column} = %s WHERE client_id = %s",
              value, client_id)


def secret_key(secret, **kw):
    return jwk.JWK(kty="oct", k=b64(secret), **kw)


def hs256(secret, text):
    return b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def later(stack, seconds):
    """So much later, as far as fetched documents know."""
    stack.sql("UPDATE oauth.fetched_document SET asked_at = asked_at - i,"
              " fetched_at = fetched_at - i, fresh_until = fresh_until - i,"
              " failed_at = failed_at - i FROM make_interval(secs => %s) i",
              seconds)
