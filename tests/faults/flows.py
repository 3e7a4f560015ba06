"""flows - every request that the programs know, one of each kind.

A flow prepares what has to be there, and gives the one request that is to be
disturbed.  What it answers undisturbed is `good`: a status, and a word of it.
`spends` says which statement, once committed, uses up what the request brings:
the same request is then refused in these words, and whoever sent it begins the
flow anew.
"""
import secrets
from collections import namedtuple
from urllib.parse import urljoin, urlsplit

import requests
from client_jwt import sign
from device import start
from postern_stack import (Browser, form_action, hidden_fields, pkce,
                           remember)
from registering import register
from world import AFTER, CB, DEVICE, JWT_BEARER, KEY

Flow = namedtuple("Flow", "name number prepare status word once spends")
FLOWS = {}

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NEW_PASSWORD = "a long new password"


def flow(status=200, word="", once=False, **spends):
    """once: sent again, it does not do the same; spends: statement=(status,
    word of the refusal)."""
    def add(prepare):
        name = prepare.__name__
        FLOWS[name] = Flow(name, len(FLOWS), prepare, status, word,
                           once or bool(spends), spends)
        return prepare
    return add


# -- tokens

@flow(word="access_token")
def client_credentials(w):
    return w.token(w.client("secret"), "client_credentials")


@flow(word="access_token")
def client_credentials_jwt(w):
    """A new client each time: a process remembers whom the short cut does not
    serve."""
    return w.token(w.client("jwt", fresh=True), "client_credentials")


@flow(word="access_token")
def client_credentials_jwt_again(w):
    request = w.token(w.client("jwt"), "client_credentials")
    assert send(request).status_code == 200
    return request


@flow(word="access_token")
def client_credentials_chosen_secret(w):
    return w.token(w.client("chosen"), "client_credentials")


def by_assertion(w, client):
    return w.post("/oauth/token", {
        "grant_type": "client_credentials", "client_assertion": w.assertion(
            client), "client_assertion_type": ASSERTION})


@flow(word="access_token", jti_use=(401, "invalid_client"))
def private_key_jwt(w):
    return by_assertion(w, w.client("key"))


@flow(word="access_token", jti_use=(401, "invalid_client"),
      document_claim=(503, "temporarily_unavailable"))
def private_key_jwt_at_uri(w):
    """Whoever set out for the document and did not come back is waited for, for
    30 seconds."""
    return by_assertion(w, w.client(
        "key", fresh=True, jwks=None,
        jwks_uri=w.keys_at("/" + secrets.token_hex(8))))


@flow(word="access_token", jti_use=(401, "invalid_client"))
def private_key_jwt_that_another_fetches(w):
    """Another request has set out for the document, and is back soon."""
    uri = w.keys_at("/" + secrets.token_hex(8))
    w.stack.sql("INSERT INTO oauth.fetched_document (uri, asked_at)"
                " VALUES (%s, now())", uri)
    body = w.client("key")
    w.later(0.4, "UPDATE oauth.fetched_document SET body = (SELECT jwks FROM"
            " oauth.client WHERE client_id = %s), fetched_at = now(),"
            " fresh_until = now() + interval '1 hour' WHERE uri = %s",
            body.client_id, uri)
    return by_assertion(w, w.client("key", fresh=True, jwks=None,
                                    jwks_uri=uri))


def redeeming(w, client, **params):
    code, verifier = w.code(client, **params)
    return w.token(client, "authorization_code", code=code,
                   code_verifier=verifier)


@flow(word="refresh_token", code_redeem=(400, "invalid_grant"),
      code_redeem_at_once=(400, "invalid_grant"))
def code(w):
    return redeeming(w, w.client("secret"))


@flow(word="id_token", code_redeem=(400, "invalid_grant"),
      code_redeem_at_once=(400, "invalid_grant"))
def code_openid(w):
    """A new client: as above."""
    return redeeming(w, w.new_client("openid"), scope="openid profile")


@flow(400, "invalid_grant", once=True)
def code_with_wrong_verifier(w):
    client = w.client("secret")
    return w.token(client, "authorization_code", code=w.code(client)[0],
                   code_verifier=pkce()[0])


@flow(400, "invalid_grant", once=True)
def code_used_again(w):
    request = redeeming(w, w.client("secret"))
    assert send(request).status_code == 200
    return request


def refreshing(w, client, **params):
    return w.token(client, "refresh_token", refresh_token=w.tokens(
        client, **params)["refresh_token"])


@flow(word="refresh_token", once=True)
def refresh_with_rotation(w):
    return refreshing(w, w.client("public"))


@flow(word="id_token", once=True)
def refresh_with_rotation_openid(w):
    return refreshing(w, w.new_client("native"), prompt="consent",
                      scope="openid profile offline_access")


@flow(word="access_token", once=True)
def refresh_kept_without_openid(w):
    return refreshing(w, w.client("secret"))


@flow(word="access_token", once=True)
def refresh_kept(w):
    return refreshing(w, w.new_client("openid"),
                      scope="openid profile offline_access", prompt="consent")


@flow(400, "invalid_grant", once=True)
def refresh_used_again(w):
    request = refreshing(w, w.client("public"))
    assert send(request).status_code == 200
    w.stack.sql("UPDATE oauth.refresh_token SET rotated_at = rotated_at"
                " - interval '1 hour' WHERE rotated_at IS NOT NULL")
    return request


@flow(word="id_token")
def password(w):
    return w.token(w.client("password"), "password", scope="openid profile",
                   username=w.user.username, password=w.user.password)


@flow(word="access_token", jti_use=(400, "invalid_grant"))
def jwt_bearer(w):
    client = w.client("bearer")
    return w.token(client, JWT_BEARER, assertion=w.assertion(
        client, sub=w.user.sub))


@flow(word="device_code")
def device_authorization(w):
    return w.post("/oauth/device_authorization", {"scope": "profile"},
                  w.client("device"))


def device_code(w):
    return start(w.stack, w.client("device"), scope="openid profile")


@flow(400, "authorization_pending", device_poll=(400, "slow_down"))
def device_code_pending(w):
    return w.token(w.client("device"), DEVICE,
                   device_code=device_code(w)["device_code"])


@flow(word="id_token", device_redeem=(400, "invalid_grant"))
def device_code_allowed(w):
    got = device_code(w)
    assert send(deciding(w, got)).status_code in (200, 303)
    return w.token(w.client("device"), DEVICE, device_code=got["device_code"])


# -- pages

def authorizing(w, client, browser=None, method="GET", **params):
    verifier, challenge = pkce()
    params = {"response_type": "code", "client_id": client.client_id,
              "redirect_uri": CB, "state": "s-" + secrets.token_hex(4),
              "code_challenge": challenge, "code_challenge_method": "S256",
              **params}
    where = "params" if method == "GET" else "data"
    request = w.request(method, "/oauth/authorize", browser, **{
        where: {k: v for k, v in params.items() if v is not None}})
    request.verifier = verifier
    return request


def submitting(w, browser, page, **fields):
    """The form of a page, filled in."""
    assert page.status_code == 200, page.text
    data = {**hidden_fields(page.text), **fields}
    remember(data.get("form_token"))
    path = urlsplit(urljoin(page.url, form_action(page.text))).path
    return w.request("POST", path, browser, data=data)


@flow(word='name="password"')
def authorize_page(w):
    return authorizing(w, w.client("secret"))


@flow(303)
def sign_in(w):
    browser = Browser(w.stack)
    page = browser.authorize(client_id=w.client("secret").client_id,
                             response_type="code", code_challenge="A" * 43,
                             code_challenge_method="S256")
    return submitting(w, browser, page, username=w.user.username,
                      password=w.user.password)


@flow(303, account_create=(403, "username"))
def create_account(w):
    browser = Browser(w.stack)
    page = browser.authorize(
        client_id=w.client("openid").client_id, response_type="code",
        scope="openid", prompt="create", code_challenge="A" * 43,
        code_challenge_method="S256")
    remember(NEW_PASSWORD)
    return submitting(w, browser, page, decision="create",
                      username="new-" + secrets.token_hex(6),
                      password=NEW_PASSWORD)


@flow(303, "code=")
def consent(w):
    browser, client = w.visitor(), w.client("secret", fresh=True)
    verifier, challenge = pkce()
    page = browser.authorize(client_id=client.client_id, redirect_uri=CB,
                             response_type="code", code_challenge=challenge,
                             code_challenge_method="S256")
    request = submitting(w, browser, page, decision="allow")
    request.verifier, request.client = verifier, client
    return request


@flow(303, "code=")
def code_with_session(w):
    client = w.client("openid")
    request = authorizing(w, client, w.visitor(), scope="openid profile")
    request.client = client
    return request


@flow(303, "access_token=")
def implicit(w):
    return authorizing(w, w.client("implicit"), w.visitor(), scope="profile",
                       response_type="token", code_challenge=None,
                       code_challenge_method=None)


@flow(303, "id_token=")
def implicit_openid(w):
    return authorizing(w, w.client("implicit"), w.visitor(), nonce="n",
                       scope="openid profile", code_challenge=None,
                       response_type="id_token token",
                       code_challenge_method=None)


@flow(303, "response=")
def answer_as_jwt(w):
    return authorizing(w, w.client("openid"), w.visitor(), scope="openid",
                       response_mode="query.jwt")


# -- requests that are kept

def pushing(w, client):
    _, challenge = pkce()
    return w.post("/oauth/par", {
        "client_id": client.client_id, "response_type": "code",
        "redirect_uri": CB, "code_challenge": challenge,
        "code_challenge_method": "S256"}, client)


@flow(201, "request_uri")
def pushed_request(w):
    return pushing(w, w.client("secret"))


@flow(303, "code=", code_issue=(400, ""))
def code_by_pushed_request(w):
    client = w.client("secret")
    uri = send(pushing(w, client)).json()["request_uri"]
    remember(uri)
    return w.request("GET", "/oauth/authorize", w.visitor(), params={
        "client_id": client.client_id, "request_uri": uri})


def signed_request(client):
    _, challenge = pkce()
    return sign(KEY, {
        "iss": client.client_id, "client_id": client.client_id,
        "response_type": "code", "redirect_uri": CB, "scope": "profile",
        "code_challenge": challenge, "code_challenge_method": "S256"})


@flow(303)
def code_by_signed_request(w):
    client = w.client("jar")
    return w.request("GET", "/oauth/authorize", w.visitor(), params={
        "client_id": client.client_id, "request": signed_request(client)})


@flow(303)
def code_by_request_at_uri(w):
    client = w.client("jar", fresh=True, request_uris=[
        w.host.base + "/" + secrets.token_hex(8)])
    w.consents(client)
    [[uri]] = w.stack.sql("SELECT request_uris[1] FROM oauth.client"
                          " WHERE client_id = %s", client.client_id)
    w.host.answer = (200, {"Content-Type":
                           "application/oauth-authz-req+jwt"},
                     signed_request(client).encode())
    return w.request("GET", "/oauth/authorize", w.visitor(), params={
        "client_id": client.client_id, "request_uri": uri})


# -- devices

@flow(word='name="decision"')
def device_page(w):
    return w.request("GET", "/oauth/device", w.visitor(), params={
        "user_code": device_code(w)["user_code"]})


@flow(word="<svg")
def device_qr(w):
    return w.request("GET", "/oauth/device/qr", params={
        "user_code": device_code(w)["user_code"]})


def deciding(w, got):
    browser = w.visitor()
    page = browser.follow(browser.get(
        got["verification_uri_complete"], timeout=30, allow_redirects=False))
    return submitting(w, browser, page, decision="allow")


@flow(200, device_decide=(403, "user_code"))
def device_decision(w):
    return deciding(w, device_code(w))


# -- what tokens are worth

@flow(word='"active":true')
def introspect(w):
    client = w.client("secret")
    return w.post("/oauth/introspect", {
        "token": w.tokens(client)["access_token"]}, client)


@flow(word='"active":true')
def introspect_refresh_token(w):
    client = w.client("secret")
    return w.post("/oauth/introspect", {
        "token": w.tokens(client)["refresh_token"]}, client)


@flow(word='"active":true')
def introspect_jwt(w):
    client = w.client("jwt")
    return w.post("/oauth/introspect", {
        "token": w.tokens(client)["access_token"]}, client)


@flow(word="ey")
def introspect_signed(w):
    client = w.client("chosen")
    return w.post("/oauth/introspect", {
        "token": w.tokens(client)["access_token"]}, client, headers={
            "Accept": "application/token-introspection+jwt"})


def revoking(w, client, kind):
    return w.post("/oauth/revoke", {"token": w.tokens(client)[kind]}, client)


@flow(word="{}", once=True)
def revoke(w):
    return revoking(w, w.client("secret"), "access_token")


@flow(word="{}", once=True)
def revoke_refresh_token(w):
    return revoking(w, w.client("public"), "refresh_token")


@flow(word="{}", once=True)
def revoke_jwt(w):
    return revoking(w, w.client("jwt"), "access_token")


@flow(word='"username"')
def me(w):
    return w.bearer("/api/me", w.tokens(w.client("secret"))["access_token"])


@flow(word='"username"')
def me_jwt(w):
    return w.bearer("/api/me", w.tokens(w.client("jwt"))["access_token"])


@flow(word='"sub"')
def userinfo(w):
    return w.bearer("/oauth/userinfo", w.tokens(
        w.client("openid"), scope="openid profile")["access_token"])


@flow(word="ey")
def userinfo_signed(w):
    return w.bearer("/oauth/userinfo", w.tokens(
        w.client("userinfo"), scope="openid profile")["access_token"])


# -- clients that register themselves

def registering(w, **metadata):
    return w.request("POST", "/oauth/register", json={
        "redirect_uris": [CB], **metadata})


@flow(201, "registration_access_token")
def registration(w):
    return registering(w)


@flow(201, "registration_access_token")
def registration_with_statement(w):
    return registering(w, software_statement=sign(KEY, {
        "iss": "https://store.test", "software_id": "x"}))


def managing(w, method, **kw):
    told = register(w.stack)
    path = told["registration_client_uri"][len(w.stack.url):]
    if method == "PUT":
        kw["json"] = {"client_id": told["client_id"], "redirect_uris": [CB],
                      "client_name": "Another"}
    return w.request(method, path, headers={
        "Authorization": "Bearer " + told["registration_access_token"]}, **kw)


@flow(200, "registration_access_token")
def registration_read(w):
    return managing(w, "GET")


@flow(200, '"Another"', once=True)
def registration_replace(w):
    return managing(w, "PUT")


@flow(204, registration_delete=(401, "invalid_token"))
def registration_delete(w):
    return managing(w, "DELETE")


# -- the end of a session

def leaving(w, client):
    browser = w.visitor()
    hint = w.tokens(client, browser, scope="openid profile")["id_token"]
    return w.request("GET", "/oauth/logout", browser, params={
        "id_token_hint": hint, "post_logout_redirect_uri": AFTER,
        "state": "s"})


@flow(303, "state=s", once=True)
def logout(w):
    return leaving(w, w.client("openid"))


@flow(200, "iframe", session_end=(303, ""))
def logout_with_frames(w):
    return leaving(w, w.client("frames"))


@flow(200, "<title>", once=True)
def logout_agreed_to(w):
    browser = w.visitor()
    page = browser.get(w.stack.url + "/oauth/logout", timeout=30)
    return submitting(w, browser, page, decision="sign-out")


# -- what is public

@flow(word='"keys"')
def jwks(w):
    return w.request("GET", "/oauth/jwks")


@flow(word='"issuer"')
def metadata(w):
    return w.request("GET", "/.well-known/openid-configuration")


@flow(word='"ok"')
def health(w):
    return w.request("GET", "/health")


# -- sending them

def send(request, timeout=30):
    with requests.Session() as s:
        return s.send(request, timeout=timeout, allow_redirects=False)


def is_good(f, r):
    where = r.headers.get("Location", "") + r.text
    return r.status_code == f.status and f.word in where
