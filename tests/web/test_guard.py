"""The guard of a resource, with scopes asked for in every way: tests/cgi/guard.c
as a plain CGI program."""
import json
import subprocess

import pytest

from postern_stack import BUILD, flow


@pytest.fixture(scope="module")
def tokens(stack):
    user = stack.create_user("guarded-" + stack.database)
    client = stack.register_client(scope="profile email calendar")
    return {scope: flow(stack, client, user, scope=scope)["access_token"]
            for scope in ("profile", "email", "calendar", "profile email")}


def ask(stack, path, token=None):
    env = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": path,
           "POSTERN_DATABASE": f"host={stack.cluster.home}/pgrun "
                               f"dbname={stack.database} user=postgres"}
    if token:
        env["HTTP_AUTHORIZATION"] = token
    done = subprocess.run([BUILD / "tests/cgi/guard"], env=env, check=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30)
    head, _, body = done.stdout.partition("\n\n")
    return int(head.split()[1]), head, json.loads(body)


@pytest.mark.parametrize("path,granted", [
    ("/all", {"profile email"}),
    ("/any", {"email", "calendar", "profile email"}),
    ("/mixed", {"calendar", "profile email"}),
    ("/optional", {"profile", "email", "calendar", "profile email"})])
def test_scope_operators(stack, tokens, path, granted):
    for scope, token in tokens.items():
        status, head, body = ask(stack, path, "Bearer " + token)
        if scope in granted:
            assert status == 200, (path, scope, body)
            assert body["username"].startswith("guarded-")
        else:
            assert status == 403, (path, scope, body)
            assert 'error="insufficient_scope"' in head


def test_optional_forgives_a_missing_token_alone(stack):
    assert ask(stack, "/optional")[2] == {"username": "anonymous"}
    assert ask(stack, "/optional", "Bearer pat0_x")[0] == 401
    assert ask(stack, "/all")[0] == 401
