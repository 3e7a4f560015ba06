"""jwt_bearer - the JWT bearer grant (RFC 7523 section 2.1): an assertion about
a person, what it is exchanged for, and who is trusted to sign it."""
import json
import secrets
import time

from client_assertion import reason
from client_jwt import public
from token_endpoint import refused

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REFUSED = "the assertion is not valid, or no longer"
GRANTS = ["authorization_code", "refresh_token", GRANT_TYPE]


def claims(stack, iss, user, /, **changed):
    now = int(time.time())
    c = {"iss": iss, "sub": user.sub, "aud": stack.url + "/oauth/token",
         "iat": now, "exp": now + 60, **changed}
    return {k: v for k, v in c.items() if v is not None}


def ask(stack, client, assertion, **data):
    return stack.token(client, grant_type=GRANT_TYPE, assertion=assertion,
                       **data)


def invalid(r, why=None, stack=None):
    assert refused(r, 400, "invalid_grant") == REFUSED
    if why:
        assert reason(stack) == why


def trust(stack, *keys, alg="ES256", without_consent=False, iss=None):
    iss = iss or "https://issuer.test/" + secrets.token_hex(4)
    stack.sql("SELECT oauth.trust_issuer(%s, %s, %s, %s)", iss,
              json.dumps({"jwks": public(*keys)}), alg, without_consent)
    return iss
