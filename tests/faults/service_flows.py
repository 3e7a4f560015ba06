"""service_flows - what tokens are worth, clients that register themselves, the
end of a session, and what is public."""
from client_jwt import sign
from flow import flow, submitting
from registering import register
from world import AFTER, CB, KEY


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
