"""Device authorization (RFC 8628): the device's side, the person's, and both
at once."""
import re
import time

import pytest

from postern_stack import Client, remember

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


@pytest.fixture(scope="module")
def client(stack):
    return register(stack)


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(autouse=True)
def forget_attempts(stack):
    """Tests are many, and all from one address."""
    stack.sql("DELETE FROM oauth.sign_in_throttle")


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


# -- the device authorization endpoint (RFC 8628 sections 3.1 and 3.2)

def test_the_answer(each_stack):
    """Authlib: test_create_authorization_response."""
    stack = each_stack
    r = ask(stack, public(stack))
    assert r.status_code == 200
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    got = r.json()
    assert set(got) == {"device_code", "user_code", "verification_uri",
                        "verification_uri_complete", "expires_in", "interval"}
    assert re.fullmatch(r"pdc0_[\w-]{43}", got["device_code"])
    assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}",
                        got["user_code"])
    assert got["verification_uri"] == stack.url + "/oauth/device"
    assert got["verification_uri_complete"] == \
        stack.url + "/oauth/device?user_code=" + got["user_code"]
    assert (got["expires_in"], got["interval"]) == (600, 5)
