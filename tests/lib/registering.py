"""Clients that register themselves: what their tests share."""
import json
import re

import pytest
import requests
from postern_stack import remember

CB = "https://client.test/cb"
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


@pytest.fixture(name="opened", autouse=True)
def fixture_opened(setting):
    setting(registration="open", registration_address_limit=100000)
    return setting


def bearer(token):
    return {} if token is None else {"Authorization": "Bearer " + token}


def send(stack, method, url, body=None, token=None, **headers):
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    if body is not None and not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    return requests.request(
        method, url, data=body, verify=stack.verify, timeout=30,
        allow_redirects=False, headers={**bearer(token), **headers})


def post(stack, body, token=None, **headers):
    return send(stack, "POST", stack.url + "/oauth/register", body, token,
                **headers)


def register(stack, token=None, **metadata):
    """-> what a client is told that registers itself."""
    metadata.setdefault("redirect_uris", [CB])
    answer = post(stack, metadata, token)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    remember(told.get("client_secret"), told["registration_access_token"])
    return told


def manage(stack, told, method="GET", body=None, **kw):
    kw.setdefault("token", told["registration_access_token"])
    return send(stack, method, told["registration_client_uri"], body, **kw)


def replace(stack, told, **metadata):
    return manage(stack, told, "PUT", {
        "client_id": told["client_id"], "redirect_uris": [CB], **metadata})


def is_error(answer, status, error, word=""):
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert said["error"] == error
    assert DESCRIPTION.fullmatch(said["error_description"])
    assert word in said["error_description"]
    assert answer.headers["Cache-Control"] == "no-store"


def is_refused(stack, error="invalid_client_metadata", word="", **metadata):
    metadata.setdefault("redirect_uris", [CB])
    is_error(post(stack, metadata), 400, error, word)


def initial_token(stack, *args):
    [[token]] = stack.sql("SELECT oauth.create_initial_access_token("
                          + ", ".join(["%s"] * len(args)) + ")", *args)
    remember(token)
    return token
