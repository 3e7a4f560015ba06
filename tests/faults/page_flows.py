"""page_flows - what browsers ask for: pages, codes, and what is kept for them;
and the page of devices."""
import secrets

from client_jwt import sign
from flow import (authorizing, deciding, device_code, flow, pushing, send,
                  submitting)
from postern_stack import Browser, pkce, remember
from world import CB, KEY

NEW_PASSWORD = "a long new password"


# -- pages

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


@flow(200, device_decide=(403, "user_code"))
def device_decision(w):
    return deciding(w, device_code(w))
