"""grant_flows - requests for tokens, by each grant and by all who may ask."""
import secrets

from flow import deciding, device_code, flow, send
from postern_stack import pkce
from world import DEVICE, JWT_BEARER

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


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


@flow(400, "authorization_pending", device_poll=(400, "slow_down"))
def device_code_pending(w):
    return w.token(w.client("device"), DEVICE,
                   device_code=device_code(w)["device_code"])


@flow(word="id_token", device_redeem=(400, "invalid_grant"))
def device_code_allowed(w):
    got = device_code(w)
    assert send(deciding(w, got)).status_code in (200, 303)
    return w.token(w.client("device"), DEVICE, device_code=got["device_code"])
