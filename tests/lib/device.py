"""device - a device that asks for a person (RFC 8628), and what is stored of
it."""
import base64
import hashlib
import json
from contextlib import closing

from postern_stack import remember

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"


def register(stack, **metadata):
    metadata.setdefault("grant_types", [GRANT, "refresh_token"])
    metadata.setdefault("response_types", [])
    metadata.setdefault("redirect_uris", [])
    metadata.setdefault("client_name", "Television")
    return stack.register_client(**metadata)


def public(stack, **metadata):
    return register(stack, token_endpoint_auth_method="none", **metadata)


def send(stack, client, path, data):
    data = {k: v for k, v in data.items() if v is not None}
    if client.client_secret:
        return stack.post(path, data, client)
    return stack.post(path, {"client_id": client.client_id, **data})


def ask(stack, client, **data):
    """The device authorization response."""
    return send(stack, client, "/oauth/device_authorization", data)


def start(stack, client, **data):
    """-> its members."""
    r = ask(stack, client, **data)
    assert r.status_code == 200, r.text
    remember(r.json()["device_code"])
    return r.json()


def poll(stack, client, device_code, **data):
    return send(stack, client, "/oauth/token", {
        "grant_type": GRANT, "device_code": device_code, **data})


def refused(r, error, status=400):
    assert (r.status_code, r.json()["error"]) == (status, error), r.text
    assert r.headers["Cache-Control"] == "no-store"
    return r


def hash_of(got):
    return hashlib.sha256(base64.urlsafe_b64decode(
        got["device_code"][5:] + "=")).digest()


def row(stack, got):
    """What is stored of it, by column."""
    with closing(stack.db()) as db, db.cursor() as c:
        c.execute("SELECT * FROM oauth.device_code"
                  " WHERE device_code_hash = %s", (hash_of(got),))
        [values] = c.fetchall()
        return dict(zip((d.name for d in c.description), values))


def change(stack, got, assignments, *values):
    stack.sql(f"UPDATE oauth.device_code SET {assignments}"
              " WHERE device_code_hash = %s", *values, hash_of(got))


def waited(stack, got, seconds):
    """So long ago it last asked."""
    change(stack, got, "last_polled_at = now() - make_interval(secs => %s)",
           seconds)


def expire(stack, got):
    change(stack, got, "expires_at = now() - interval '1 second'")


def decided(stack, got, user, decision="allowed", **columns):
    """As if the person had been at the page."""
    stack.sql("INSERT INTO oauth.consent (user_id, client_id, scope)"
              " SELECT u.user_id, d.client_id, d.scope"
              " FROM oauth.device_code d, oauth.end_user u"
              " WHERE d.device_code_hash = %s AND u.sub = %s"
              " ON CONFLICT DO NOTHING", hash_of(got), user.sub)
    names = "".join(f", {c} = %s" for c in columns)
    change(stack, got, "decision = %s, user_id = (SELECT user_id FROM"
           f" oauth.end_user WHERE sub = %s){names}", decision, user.sub,
           *columns.values())


def jwt_claims(text):
    body = text.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
