"""idwcc, as Debian has it: libiddawc, in C, behind a page whose JSON this
calls.  Its JOSE library is rhonabwy, on GnuTLS and nettle."""
import json
import subprocess
import tempfile
import time
from contextlib import closing

import pytest
import requests
from device_page import decide
from jwcrypto import jwk
from postern_stack import Browser, free_port, remember

SCOPE = "openid profile email"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
# As /usr/share/idwcc/webapp/js/iddwc.js has them.
CODE, REFRESH_TOKEN, DEVICE_CODE = 0x1, 0x100000, 0x1000000
BASIC, POST, SECRET_JWT, PRIVATE_KEY_JWT = 0x1, 0x10, 0x1000, 0x10000
S256 = 2
SECRETS = ["code", "access_token", "refresh_token", "id_token",
           "pkce_code_verifier", "device_auth_code"]


class Idwcc:
    """The program, with a session of its own."""

    def __init__(self, stack):
        self.stack = stack
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.redirect_uri = self.url + "/callback"
        self.browser = Browser(stack)
        # pylint: disable=consider-using-with
        self.home = tempfile.TemporaryDirectory(prefix="postern-idwcc.")
        self.log = open(self.home.name + "/log", "w+b")
        # It ends when its standard input does.
        self.process = subprocess.Popen(
            ["idwcc", "--port", str(self.port)], cwd=self.home.name,
            stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        for _ in range(100):
            try:
                self.session = self.api("GET", "session")
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        self.update(
            openid_config_endpoint=stack.url
            + "/.well-known/openid-configuration",
            openid_config_strict=True, redirect_uri=self.redirect_uri,
            scope=SCOPE, response_type=CODE, token_method=BASIC)
        self.api("POST", "configDownload", json={})
        self.update()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.home.cleanup()

    def request(self, method, path, **kw):
        return requests.request(method, f"{self.url}/api/{path}", timeout=30,
                                **kw)

    def api(self, method, path, **kw):
        """A call that succeeds -> its answer."""
        answer = self.request(method, path, **kw)
        assert answer.status_code == 200, answer.text + self.log_text()
        return answer.json() if answer.text else None

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def update(self, **members):
        """Set members of the session, and read it again."""
        if members:
            self.session = {**self.api("GET", "session"), **members}
            self.api("POST", "session", json={
                k: v for k, v in self.session.items() if v is not None})
        self.session = self.api("GET", "session")
        remember(*(self.session.get(name) for name in SECRETS))
        return self.session

    def generate(self, *names):
        for name in names:
            self.api("PUT", "generate", data={"property": name})
        self.update()

    def register(self, **metadata):
        """A client, by hand."""
        client = self.stack.register_client(**{
            "redirect_uris": [self.redirect_uri], "scope": SCOPE,
            "grant_types": ["authorization_code", "refresh_token"],
            **metadata})
        self.update(client_id=client.client_id,
                    client_secret=client.client_secret)
        return client

    def authorize(self, user, use_par=False):
        """The person's part -> the session with its tokens, checked."""
        self.generate("nonce", "state", *["pkce"] * (not use_par))
        url = self.api("PUT", "auth", data={
            "use_par": str(use_par).lower()})["url"]
        page = self.browser.get(url, allow_redirects=False, timeout=30)
        page = self.browser.sign_in(page, user.username, user.password)
        answer = self.browser.consent(page).headers["Location"]
        remember(*self.browser.cookies.values())
        assert answer.startswith(self.redirect_uri + "?")
        self.api("POST", "parseRedirectTo", data={"redirectTo": answer})
        self.api("PUT", "token")
        return self.update()

    def userinfo(self):
        self.api("POST", "userinfoDownload", json={})
        return json.loads(self.update()["userinfo"])


@pytest.fixture(name="idwcc")
def fixture_idwcc(stack):
    with closing(Idwcc(stack)) as one:
        yield one


@pytest.fixture(name="newcomer")
def fixture_newcomer(stack, open_registration):
    """One that finds that it may register."""
    open_registration(stack)
    with closing(Idwcc(stack)) as one:
        yield one


def check(idwcc, user):
    """It has checked the signature, iss, aud, exp, nonce, at_hash."""
    session = idwcc.session
    claims = session["id_token_payload"]
    assert claims["iss"] == idwcc.stack.url
    assert claims["sub"] == user.sub
    assert claims["nonce"] == session["nonce"]
    assert idwcc.stack.me(session["access_token"]).json()["id"] == user.sub


def test_discovery(idwcc, stack):
    """It is strict: every member that the specification requires is there."""
    session = idwcc.session
    assert session["issuer"] == stack.url
    for name, path in [("authorization", "authorize"), ("token", "token"),
                       ("userinfo", "userinfo"), ("revocation", "revoke"),
                       ("introspection", "introspect"),
                       ("end_session", "logout"),
                       ("pushed_authorization_request", "par"),
                       ("device_authorization", "device_authorization")]:
        assert session[name + "_endpoint"] == f"{stack.url}/oauth/{path}"
    served = requests.get(stack.url + "/oauth/jwks", timeout=30).json()
    assert sorted(k["kid"] for k in session["server_jwks"]["keys"]) == \
        sorted(k["kid"] for k in served["keys"])


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_code_flow(idwcc, stack, alg):
    user = stack.create_user(email="ada@example.org")
    idwcc.register(id_token_signed_response_alg=alg)
    idwcc.update(id_token_signing_alg=alg, pkce_method=S256)
    idwcc.authorize(user)
    check(idwcc, user)
    told = idwcc.userinfo()
    assert (told["sub"], told["email"]) == (user.sub, "ada@example.org")


def test_signed_userinfo(idwcc, stack):
    user = stack.create_user()
    idwcc.register(userinfo_signed_response_alg="RS256")
    idwcc.update(pkce_method=S256, userinfo_signing_alg="RS256")
    idwcc.authorize(user)
    assert idwcc.userinfo()["sub"] == user.sub


def test_pushed_request(idwcc, stack):
    """Without PKCE, which this version forgets in a pushed request."""
    user = stack.create_user()
    idwcc.register(require_pkce=False,
                   require_pushed_authorization_requests=True)
    idwcc.authorize(user, use_par=True)
    check(idwcc, user)


@pytest.mark.parametrize("method, flag", [
    ("client_secret_post", POST), ("client_secret_jwt", SECRET_JWT),
    ("private_key_jwt", PRIVATE_KEY_JWT)])
def test_client_authentication(idwcc, stack, method, flag):
    user = stack.create_user()
    metadata = {"token_endpoint_auth_method": method}
    members = {"token_method": flag, "pkce_method": S256}
    if method == "client_secret_jwt":
        metadata["token_endpoint_auth_signing_alg"] = "HS256"
        members["token_endpoint_signing_alg"] = "HS256"
    if method == "private_key_jwt":
        key = jwk.JWK.generate(kty="EC", crv="P-256", kid="one", use="sig",
                               alg="ES256")
        metadata["token_endpoint_auth_signing_alg"] = "ES256"
        metadata["jwks"] = {"keys": [key.export_public(as_dict=True)]}
        members["token_endpoint_signing_alg"] = "ES256"
        members["client_jwks"] = {"keys": [key.export(as_dict=True)]}
        members["client-kid"] = "one"
    idwcc.register(**metadata)
    idwcc.update(**members)
    idwcc.generate("jti")
    idwcc.authorize(user)
    check(idwcc, user)


def test_refresh_introspect_revoke_sign_out(idwcc, stack):
    user = stack.create_user()
    client = idwcc.register()
    idwcc.update(pkce_method=S256)
    first = idwcc.authorize(user)["access_token"]
    # An ID token of a refresh has no nonce (OpenID Connect Core section 12.2),
    # which it would look for.
    idwcc.update(response_type=REFRESH_TOKEN, nonce="")
    idwcc.api("PUT", "token")
    token = idwcc.update()["access_token"]
    assert token != first
    assert idwcc.session["id_token_payload"]["sub"] == user.sub
    idwcc.update(token_target=token, token_target_type_hint="access_token")
    said = idwcc.api("POST", "introspectDownload",
                     data={"authentication": "client"})
    assert said["active"] and said["client_id"] == client.client_id
    idwcc.api("PUT", "revoke", data={"authentication": "client"})
    assert stack.me(token).status_code == 401
    url = idwcc.api("GET", "endSession")["url"]
    assert url.startswith(stack.url + "/oauth/logout?")
    assert idwcc.browser.get(url, timeout=30).status_code == 200


def test_device_flow(idwcc, stack):
    user = stack.create_user()
    idwcc.register(grant_types=[DEVICE], redirect_uris=[])
    idwcc.update(response_type=DEVICE_CODE)
    idwcc.api("PUT", "device")
    device = idwcc.update()
    assert device["device_auth_interval"] == 5
    pending = idwcc.request("PUT", "token")
    assert pending.json()["error"] == "authorization_pending"
    decide(stack, user, device["device_auth_verification_uri_complete"])
    time.sleep(device["device_auth_interval"])
    idwcc.api("PUT", "token")
    token = idwcc.update()["access_token"]
    assert stack.me(token).json()["id"] == user.sub
    assert idwcc.session["id_token_payload"]["sub"] == user.sub


def test_registration(newcomer, stack):
    """It takes 201 for a failure, where RFC 7591 section 3.2.1 asks for that;
    what the server has made of its request is as it should be."""
    assert newcomer.session["registration_endpoint"] == \
        stack.url + "/oauth/register"
    name = f"idwcc at {newcomer.port}"
    answer = newcomer.request("POST", "register", data={
        "update": "1", "parameters": json.dumps({
            "client_name": name, "scope": SCOPE,
            "redirect_uris": [newcomer.redirect_uri],
            "token_endpoint_auth_method": "client_secret_basic",
            "application_type": "web", "response_types": ["code"],
            "grant_types": ["authorization_code", "refresh_token"]})})
    assert answer.status_code == 500
    assert stack.sql("SELECT redirect_uris, scope FROM oauth.client"
                     " WHERE client_name = %s", name) == [
        ([newcomer.redirect_uri], SCOPE)]


def test_registration_that_is_off(idwcc, stack):
    answer = idwcc.request("POST", "register", data={
        "update": "1", "parameters": json.dumps({
            "client_name": f"idwcc at {idwcc.port}",
            "redirect_uris": [idwcc.redirect_uri]})})
    assert answer.status_code in (400, 403)
    assert stack.sql("SELECT FROM oauth.client WHERE client_name = %s",
                     f"idwcc at {idwcc.port}") == []
