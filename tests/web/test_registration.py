"""Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client
Registration) and manage that (RFC 7592); Authlib's cases by their names."""
import json
import re

import pytest
import requests
from postern_stack import Client, flow, remember

CB = "https://client.test/cb"
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


@pytest.fixture(name="opened", autouse=True)
def fixture_opened(setting):
    setting(registration="open")
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


# -- RFC 7591 section 3.2.1

def test_create_client(stack):
    answer = post(stack, {"redirect_uris": [CB], "client_name": "Authlib"})
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    remember(told["client_secret"], told["registration_access_token"])
    assert told["client_name"] == "Authlib"
    assert re.fullmatch(r"pcs_[A-Za-z0-9_-]{43}", told["client_secret"])
    assert told["client_secret_expires_at"] == 0
    assert isinstance(told["client_id_issued_at"], int)
    assert told["registration_client_uri"] == \
        f"{stack.url}/oauth/register/{told['client_id']}"
    assert told["redirect_uris"] == [CB]
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["application_type"] == "web"
    assert told["require_auth_time"] is False
    assert not {"audience", "access_token_format", "client_secret_verifier",
                "registration_access_token_hash"} & set(told)


def test_it_signs_in(each_stack):
    each_stack.sql("UPDATE oauth.setting SET registration = 'open'")
    told = register(each_stack, scope="profile")
    client = Client(told["client_id"], told["client_secret"])
    user = each_stack.create_user()
    tokens = flow(each_stack, client, user)
    assert each_stack.me(tokens["access_token"]).json()["id"] == user.sub
    assert replace(each_stack, told, client_name="x").json()[
        "client_name"] == "x"
    assert manage(each_stack, told).json()["client_name"] == "x"
    assert manage(each_stack, told, "DELETE").status_code == 204
    assert each_stack.me(tokens["access_token"]).status_code == 401
    assert manage(each_stack, told).status_code == 401
