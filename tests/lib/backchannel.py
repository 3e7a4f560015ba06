"""backchannel - clients that are told of a sign-out, and what they are told
(OpenID Connect Back-Channel Logout 1.0)."""
import json
import time
from urllib.parse import parse_qs

import requests
from jwcrypto import jwk, jws

from logout import AFTER, end_session, header, register, sign_in


def register_at(stack, rp, path="/logout?a=1", **metadata):
    return register(stack, backchannel_logout_uri=rp.url + path,
                    **metadata)


def sign_in_and_out(stack, client, user, browser, **kw):
    """-> the ID token, and how many seconds the person waited."""
    token = sign_in(stack, client, user, browser, **kw)["id_token"]
    began = time.monotonic()
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 303
    return token, time.monotonic() - began


def logout_token(hit):
    """The one parameter that there is."""
    body = parse_qs(hit.body, keep_blank_values=True, strict_parsing=True)
    assert list(body) == ["logout_token"] and len(body["logout_token"]) == 1
    return body["logout_token"][0]


def verified(stack, token):
    """The claims, once the signature is known to be by a published key."""
    keys = requests.get(stack.url + "/oauth/jwks", timeout=30).json()["keys"]
    head = header(token)
    [key] = [k for k in keys if k["kid"] == head["kid"]]
    signed = jws.JWS()
    signed.deserialize(token, jwk.JWK(**key))
    return json.loads(signed.payload)
