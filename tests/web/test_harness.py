"""The harness itself: every web server reaches every program."""
from pathlib import Path

import pytest
import requests

from postern_stack import SERVERS, flow


def test_health(each_stack):
    r = requests.get(each_stack.url + "/health", timeout=10)
    assert r.status_code == 200 and r.json() == {"status": "ok"}


def test_unknown_path(each_stack):
    r = requests.get(each_stack.url + "/oauth/nothing", timeout=10)
    assert r.status_code == 404


# Each begins with a path of ours.
OTHERS = ["/api/messages", "/api/me.html", "/healthy.html", "/oauth/tokens",
          "/oauth/devices/one", "/oauth/authorize.html",
          "/.well-known/openid-configuration.html"]


@pytest.mark.parametrize("server", [*SERVERS, "lighttpd-cgi"])
def test_paths_of_others(stack_of, server):
    """The web server has other things to serve, and goes on to."""
    stack = stack_of(server)
    www = Path(stack.state) / "www"
    pages = [www / path[1:] for path in OTHERS]
    try:
        for page in pages:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text("somebody else's")
        for path in OTHERS:
            r = requests.get(stack.url + path, timeout=10)
            assert r.text == "somebody else's", path
    finally:    # the stack is not this test's alone
        for page in pages:
            page.unlink(missing_ok=True)
        for folder in sorted({p.parent for p in pages} - {www},
                             reverse=True):
            folder.rmdir()


def test_locations_of_others(make_stack):
    """Those by regular expressions come first in nginx, and many have this."""
    stack = make_stack("nginx", WEB_EXTRA=r"location ~ /\. { deny all; }"
                       r" location ~ \.html$ { deny all; }")
    for path in "/.well-known/openid-configuration", \
            "/.well-known/oauth-authorization-server/below":
        r = requests.get(stack.url + path, timeout=10)
        assert r.status_code == 200 and r.json()["issuer"] == stack.url
    r = requests.get(stack.url + "/oauth/register/a.html", timeout=10)
    assert r.status_code == 401
    r = requests.get(stack.url + "/.git/config", timeout=10)
    assert r.status_code == 403


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
