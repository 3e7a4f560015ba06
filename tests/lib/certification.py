"""certification - a relying party that looks at each answer as OpenID
certification's suite does: what it checks in every module is checked here."""
import base64
import hashlib
import json
import math
import re
import secrets
import time
from collections import Counter, namedtuple
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oidc.core import CodeIDToken
from postern_stack import Browser, form_action, hidden_fields, remember

CB = "https://client.test/cb?kept=1"
VSCHAR = re.compile(r"[\x20-\x7E]+")
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")
MINUTE, YEAR = 60, 365 * 86400
# What an ID token has that was asked for no more than openid.
PLAIN = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr",
         "amr", "azp", "at_hash", "sid"}
# What is told in an answer with a code.
TOLD = {"code", "state", "iss"}
TOLD_OF_ERROR = {"error", "error_description", "state", "iss"}

Tokens = namedtuple("Tokens", "answer claims header")


def entropy(text):
    """As the suite has it: Shannon's, of its own characters."""
    return -sum(n / len(text) * math.log2(n / len(text))
                for n in Counter(text).values()) * len(text)


def discover(stack):
    r = requests.get(stack.url + "/.well-known/openid-configuration",
                     timeout=30, verify=stack.verify)
    assert r.status_code == 200
    assert r.headers["Content-Type"].startswith("application/json")
    return r.json()


def check_keys(document):
    """Certification's JWKS: distinct kids, nothing private, long enough."""
    keys = document["keys"]
    assert len({k["kid"] for k in keys}) == len(keys) > 0
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key)
        if key["kty"] == "RSA":
            assert len(key["n"]) * 6 >= 2048
        else:
            assert (key["kty"], key["crv"]) in (
                ("EC", "P-256"), ("EC", "P-384"), ("OKP", "Ed25519"))
    return keys


def policy_of(r):
    """The Content-Security-Policy: what each directive allows."""
    return {words[0]: words[1:] for words in (
        d.split() for d in r.headers["Content-Security-Policy"].split(";"))
        if words}


def hash_source(script):
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


class Flow:
    """One person, one client, one browser; mode: the response_mode."""

    def __init__(self, stack, client, user, mode=None, browser=None):
        self.stack, self.client, self.user = stack, client, user
        self.mode = mode
        self.browser = browser or Browser(stack)
        self.op = discover(stack)
        self.asked, self.sent = False, {}

    def ask(self, method="GET", **params):
        """The authorization request -> a page, or the answer."""
        self.sent = {k: v for k, v in {
            "client_id": self.client.client_id, "response_type": "code",
            "redirect_uri": CB, "scope": "openid", "response_mode": self.mode,
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8), **params}.items()
            if v is not None}
        return self.browser.follow(self.browser.request(
            method, self.op["authorization_endpoint"], timeout=30,
            allow_redirects=False,
            **{"params" if method == "GET" else "data": self.sent}))

    def go_on(self, r):
        """The person's part, as far as there is one."""
        self.asked = 'name="password"' in r.text
        if self.asked:
            r = self.browser.sign_in(r, self.user.username,
                                     self.user.password)
        if 'value="allow"' in r.text:
            r = self.browser.consent(r)
        remember(*self.browser.cookies.values())
        return r

    def told(self, r, only=None):
        """The parameters that the client is told, where they belong."""
        if self.mode == "form_post":
            assert r.status_code == 200 and "Location" not in r.headers
            assert form_action(r.text) == CB, r.text
            assert "no-store" in r.headers["Cache-Control"]
            # It submits itself, and may.
            [script] = re.findall(r"<script>(.*?)</script>", r.text, re.S)
            assert script == "document.forms[0].submit()"
            policy = policy_of(r)
            assert policy["script-src"] == [hash_source(script)]
            assert "https:" in policy["form-action"]
            params = hidden_fields(r.text)
        else:
            assert r.status_code in (302, 303), r.text
            to = urlsplit(r.headers["Location"])
            assert not to.fragment
            assert to._replace(query="").geturl() == CB.split("?", 1)[0]
            pairs = parse_qsl(to.query, keep_blank_values=True)
            assert len(dict(pairs)) == len(pairs)
            params = dict(pairs)
            assert params.pop("kept") == "1"
        remember(params.get("code"))
        assert params.get("state") == self.sent.get("state")
        assert params["iss"] == self.op["issuer"]
        if only is not None:
            assert set(params) == only - (
                set() if "state" in self.sent else {"state"})
        return params

    def code(self, method="GET", **params):
        """-> the code of a request that succeeds."""
        told = self.told(self.go_on(self.ask(method, **params)), TOLD)
        code = told["code"]
        assert len(code) >= 16 and entropy(code) > 96
        return code

    def error(self, r):
        """-> the error of an answer; never a code."""
        told = self.told(r, TOLD_OF_ERROR)
        assert DESCRIPTION.fullmatch(told["error_description"])
        return told["error"]

    def ask_token(self, post=False, **data):
        if data.get("grant_type", "authorization_code") \
                == "authorization_code":
            data.setdefault("redirect_uri", CB)
        data.setdefault("grant_type", "authorization_code")
        return self.stack.post("/oauth/token", {**data, **({
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret} if post else {})},
            None if post else self.client)

    def redeem(self, code, **kw):
        return self.read(self.ask_token(code=code, **kw))

    def read(self, r, nonce=True):
        """A token response that must be good -> Tokens."""
        assert r.status_code == 200, r.text
        assert r.headers["Content-Type"].startswith("application/json")
        assert "no-store" in r.headers["Cache-Control"]
        got = r.json()
        remember(got["access_token"], got.get("refresh_token"))
        for name in "access_token", "refresh_token":
            if name in got:
                assert VSCHAR.fullmatch(got[name])
                assert entropy(got[name]) > 96
        assert got["token_type"].lower() == "bearer"
        assert isinstance(got["expires_in"], int)
        claims = self.id_token(got["id_token"], got["access_token"], nonce)
        return Tokens(got, dict(claims), dict(claims.header))

    def id_token(self, text, access_token, nonce=True):
        remember(text)
        keys = requests.get(self.op["jwks_uri"], timeout=30,
                            verify=self.stack.verify).json()
        check_keys(keys)
        claims = JsonWebToken(["RS256"]).decode(
            text, JsonWebKey.import_key_set(keys), claims_cls=CodeIDToken,
            claims_options={
                "iss": {"essential": True, "value": self.op["issuer"]},
                "aud": {"essential": True, "value": self.client.client_id}},
            claims_params={"client_id": self.client.client_id,
                           "access_token": access_token})
        claims.validate()
        now = time.time()
        assert claims.header["kid"]
        assert now < claims["exp"] < now + 50 * YEAR
        assert abs(claims["iat"] - now) < 5 * MINUTE
        assert now - YEAR < claims["auth_time"] <= now + 1
        assert claims.get("nonce") == (self.sent.get("nonce") if nonce
                                       else None)
        assert re.fullmatch(r"[\x20-\x7E]{1,255}", claims["sub"])
        assert claims.get("acr", "x") and claims.get("at_hash", "x")
        assert set(claims) <= PLAIN, claims
        return claims

    def userinfo(self, access_token, method="GET", body=False):
        data, headers = {}, {"Authorization": "Bearer " + access_token}
        if body:
            data, headers = {"access_token": access_token}, {}
        r = requests.request(method, self.op["userinfo_endpoint"],
                             data=data or None, headers=headers, timeout=30,
                             verify=self.stack.verify)
        assert r.status_code == 200, r.text
        assert r.headers["Content-Type"].startswith("application/json")
        check_claims(r.json())
        return r.json()

    def sign_in(self, **params):
        """A whole flow -> Tokens; and UserInfo is of the same person."""
        tokens = self.redeem(self.code(**params))
        told = self.userinfo(tokens.answer["access_token"])
        assert told["sub"] == tokens.claims["sub"]
        return tokens


TYPES = {"updated_at": (int, float), "email_verified": bool,
         "phone_number_verified": bool, "address": dict}


def check_claims(claims):
    """Each has the type that OpenID Connect Core section 5.1 gives it."""
    for name, value in claims.items():
        assert isinstance(value, TYPES.get(name, str)), (name, value)
        assert not (isinstance(value, bool) and TYPES.get(name) != bool)
    assert json.dumps(claims)


def is_page(r, *absent):
    """An error that the person is shown, and nobody is redirected."""
    assert 400 <= r.status_code < 500
    assert "Location" not in r.headers
    assert r.headers["Content-Type"].startswith("text/html")
    for text in absent:
        assert text not in r.text
    return True
