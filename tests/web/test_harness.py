"""The harness itself: every web server reaches every program."""
import pytest
import requests

from postern_stack import flow


def test_health(each_stack):
    r = requests.get(each_stack.url + "/health", timeout=10)
    assert r.status_code == 200 and r.json() == {"status": "ok"}


def test_unknown_path(each_stack):
    r = requests.get(each_stack.url + "/oauth/nothing", timeout=10)
    assert r.status_code == 404


def test_authorization_header_arrives(each_stack):
    client = each_stack.register_client()
    r = each_stack.token(client, grant_type="client_credentials")
    assert r.status_code == 200, r.text


def test_whole_flow(each_stack):
    user = each_stack.create_user()
    tokens = flow(each_stack, user=user)
    r = each_stack.me(tokens["access_token"])
    assert r.json() == {"id": user.sub, "username": user.username}


def test_https(make_stack):
    """An authority of the tests' own, that nobody else trusts."""
    stack = make_stack("lighttpd", TLS="1")
    assert stack.url.startswith("https://localhost:")
    user = stack.create_user()
    tokens = flow(stack, user=user)
    assert stack.me(tokens["access_token"]).json()["id"] == user.sub
    said = requests.get(
        stack.url + "/.well-known/oauth-authorization-server", timeout=10,
        verify=stack.ca_file).json()
    assert said["issuer"] == stack.url
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(stack.url + "/health", timeout=10)
