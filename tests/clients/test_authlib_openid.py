"""Authlib, as Debian has it, as the relying party."""
import json

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import BadSignatureError, InvalidClaimError
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oidc.core import CodeIDToken, HybridIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from postern_stack import Browser, remember

REDIRECT_URI = "https://client.test/cb"
ALGS = ["RS256", "PS256", "ES256", "EdDSA"]


class RelyingParty:
    """What an application does with Authlib, from the issuer's name on."""

    def __init__(self, stack, client, **kw):
        self.metadata = requests.get(
            get_well_known_url(stack.url, external=True), timeout=30).json()
        self.keys = JsonWebKey.import_key_set(requests.get(
            self.metadata["jwks_uri"], timeout=30).json())
        self.client, self.stack = client, stack
        self.nonce = generate_token(20)
        self.verifier = generate_token(48)
        remember(self.verifier)
        self.oauth = OAuth2Session(
            client.client_id, client.client_secret,
            scope="openid profile email", redirect_uri=REDIRECT_URI,
            code_challenge_method="S256",
            token_endpoint=self.metadata["token_endpoint"], **kw)

    def sign_in(self, user, **params):
        """The person's part -> where the answer leads, and the state."""
        url, state = self.oauth.create_authorization_url(
            self.metadata["authorization_endpoint"], nonce=self.nonce,
            code_verifier=self.verifier, **params)
        browser = Browser(self.stack)
        page = browser.get(url, allow_redirects=False, timeout=30)
        page = browser.sign_in(page, user.username, user.password)
        location = browser.consent(page).headers["Location"]
        remember(*browser.cookies.values())
        return location, state

    def fetch(self, location, state, pkce=True):
        token = self.oauth.fetch_token(
            self.metadata["token_endpoint"], state=state,
            authorization_response=location,
            **({"code_verifier": self.verifier} if pkce else {}))
        remember(token["access_token"], token.get("refresh_token"),
                 token["id_token"])
        return token

    def claims(self, id_token, claims_cls=CodeIDToken, **params):
        """Of an ID token that is good; raises what is wrong with it."""
        claims = JsonWebToken(ALGS).decode(
            id_token, self.keys, claims_cls=claims_cls,
            claims_options={
                "iss": {"essential": True, "value": self.metadata["issuer"]},
                "aud": {"essential": True, "value": self.client.client_id}},
            claims_params={"client_id": self.client.client_id,
                           "nonce": self.nonce, **params})
        claims.validate()
        return claims

    def userinfo(self):
        return UserInfo(self.oauth.get(
            self.metadata["userinfo_endpoint"]).json())


def register(stack, **metadata):
    return stack.register_client(scope="openid profile email", **metadata)


def person(stack):
    return stack.create_user(name="Ada Lovelace", email="ada@example.org")


def test_metadata(stack):
    """All that OpenID Connect Discovery section 3 asks for."""
    rp = RelyingParty(stack, register(stack))
    metadata = OpenIDProviderMetadata(rp.metadata)
    # Authlib's own check refuses http, which our issuer on loopback has.
    https = json.loads(json.dumps(metadata).replace("http://", "https://"))
    # It insists on "none", which the same section says "SHOULD" be supported:
    # an unsigned request proves nothing that a query does not.
    https["request_object_signing_alg_values_supported"].append("none")
    OpenIDProviderMetadata(https).validate()
    assert set(ALGS) <= set(
        metadata["id_token_signing_alg_values_supported"])


@pytest.mark.parametrize("alg", ALGS)
def test_code_flow(stack, alg):
    user = person(stack)
    rp = RelyingParty(stack, register(
        stack, id_token_signed_response_alg=alg))
    token = rp.fetch(*rp.sign_in(user))
    # With EdDSA this version of Authlib finds no at_hash right.
    claims = rp.claims(token["id_token"], **({} if alg == "EdDSA" else {
        "access_token": token["access_token"]}))
    assert claims["sub"] == user.sub
    assert claims.header["alg"] == alg
    told = rp.userinfo()
    assert (told.sub, told.name, told.email) == (
        user.sub, "Ada Lovelace", "ada@example.org")

    with pytest.raises(InvalidClaimError, match="nonce"):
        rp.claims(token["id_token"], nonce="another")
    with pytest.raises(InvalidClaimError, match="aud"):
        RelyingParty(stack, register(stack)).claims(token["id_token"])
    head, body, signature = token["id_token"].split(".")
    with pytest.raises(BadSignatureError):
        rp.claims(f"{head}.{body}.{'AB'[signature[0] == 'A']}{signature[1:]}")


def test_a_refresh_keeps_the_person(stack):
    """OpenID Connect Core section 12.2: iss, sub, aud, auth_time stay."""
    user = person(stack)
    rp = RelyingParty(stack, register(stack))
    token = rp.fetch(*rp.sign_in(user))
    before = rp.claims(token["id_token"])
    again = rp.oauth.refresh_token(rp.metadata["token_endpoint"])
    remember(again["access_token"], again["id_token"])
    after = rp.claims(again["id_token"], nonce=None)
    for name in "iss", "sub", "aud", "auth_time":
        assert before.get(name) == after.get(name), name
    assert rp.userinfo().sub == user.sub


def test_hybrid_flow(stack):
    """code id_token: c_hash binds the code, at_hash the access token; without
    PKCE, which Authlib has for response_type code alone."""
    user = person(stack)
    rp = RelyingParty(stack, register(
        stack, grant_types=["authorization_code", "implicit"],
        response_types=["code id_token"], require_pkce=False))
    location, state = rp.sign_in(user, response_type="code id_token")
    fragment = dict(p.split("=", 1)
                    for p in location.split("#")[1].split("&"))
    remember(fragment["code"], fragment["id_token"])
    first = rp.claims(fragment["id_token"], HybridIDToken,
                      code=fragment["code"])
    token = rp.fetch(location.replace("#", "?"), state, pkce=False)
    second = rp.claims(token["id_token"], access_token=token["access_token"])
    assert (first["iss"], first["sub"]) == (second["iss"], second["sub"])
    assert second["sub"] == user.sub
    with pytest.raises(InvalidClaimError, match="c_hash"):
        rp.claims(fragment["id_token"], HybridIDToken, code="another")


@pytest.mark.parametrize("method", ["client_secret_jwt", "private_key_jwt"])
def test_assertion(stack, method):
    user = person(stack)
    metadata = {"token_endpoint_auth_method": method}
    key = JsonWebKey.generate_key("RSA", 2048, {"kid": "one"}, True)
    endpoint = stack.url + "/oauth/token"
    if method == "private_key_jwt":
        metadata["jwks"] = {"keys": [key.as_dict(is_private=False)]}
        signer = PrivateKeyJWT(endpoint, alg="RS256")
    else:
        signer = ClientSecretJWT(endpoint, alg="HS256")
    rp = RelyingParty(stack, register(stack, **metadata),
                      token_endpoint_auth_method=method)
    if method == "private_key_jwt":
        rp.oauth.client_secret = key.as_pem(is_private=True)
    rp.oauth.register_client_auth_method(signer)
    token = rp.fetch(*rp.sign_in(user))
    assert rp.claims(token["id_token"])["sub"] == user.sub
