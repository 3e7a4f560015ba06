"""Client authentication by client_secret_jwt (OpenID Connect Core section 9):
an assertion under a secret that the server can open."""
import json
import subprocess

import pytest

from client_assertion import (GRANT, claims, denied, register,
                              register_with_secret, secret_key, send,
                              set_client)
from client_jwt import b64, new_key, public, sign
from postern_stack import Client, remember
from token_endpoint import issued


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client_id(stack, key):
    return register(stack, key)


@pytest.fixture(scope="module")
def secret_client(stack):
    return register_with_secret(stack)


def test_secret(stack, secret_client):
    """And postern client-secret replaces it."""
    c, secret = secret_client
    issued(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))
    denied(send(stack, sign(secret_key(secret[:-1] + "~"), claims(stack, c),
                            "HS256")))
    for method in ("client_secret", "basic"):   # it is no password
        r = stack.post("/oauth/token", {**GRANT, "client_id": c,
                                        "client_secret": secret}) \
            if method == "client_secret" else stack.token(
                Client(c, secret), **GRANT)
        denied(r)
    [[sealed, hashed]] = stack.sql(
        "SELECT client_secret_sealed, client_secret_verifier"
        " FROM oauth.client WHERE client_id = %s", c)
    assert secret not in sealed and b64(secret) not in sealed and not hashed


def test_secret_replaced(stack):
    c = register(stack, token_endpoint_auth_method="client_secret_jwt")
    denied(send(stack, sign(secret_key("x" * 47), claims(stack, c), "HS256")))
    old, new = (stack.postern("client-secret", c) for _ in range(2))
    remember(old, new)
    assert old != new
    denied(send(stack, sign(secret_key(old), claims(stack, c), "HS256")))
    issued(send(stack, sign(secret_key(new), claims(stack, c), "HS256")))
    # Sealed for one client, it is of no use in another's row.
    other = register(stack, token_endpoint_auth_method="client_secret_jwt")
    stack.sql("UPDATE oauth.client SET client_secret_sealed = (SELECT"
              " client_secret_sealed FROM oauth.client WHERE client_id = %s)"
              " WHERE client_id = %s", c, other)
    denied(send(stack, sign(secret_key(new), claims(stack, other), "HS256")))
    for damaged in ("", "x", "AAAA"):
        set_client(stack, c, "client_secret_sealed", damaged)
        denied(send(stack, sign(secret_key(new), claims(stack, c), "HS256")))


def test_secret_expired(stack, secret_client):
    """D49."""
    c, secret = secret_client
    set_client(stack, c, "client_secret_expires_at", "2020-01-01")
    denied(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))
    set_client(stack, c, "client_secret_expires_at", None)
    issued(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))


def test_new_secret_of_one_that_has_expired(stack):
    """Until when a secret is good the operator has said, and is reminded."""
    c = register(stack, token_endpoint_auth_method="client_secret_jwt")
    for expires_at, told in ((1577836800, True), (4102444800, False),
                             (0, False)):
        stack.sql("SELECT oauth.change_client(%s, jsonb_build_object("
                  "'client_secret_expires_at', %s))", c, expires_at)
        r = stack.postern_run("client-secret", c)
        secret = r.stdout.strip()
        remember(secret)
        assert ("client_secret_expires_at has passed" in r.stderr) is told
        answer = send(stack, sign(secret_key(secret), claims(stack, c),
                                  "HS256"))
        denied(answer) if told else issued(answer)


def test_secret_for_whom_it_is_not(stack, client_id):
    for who in (client_id, "nobody", "", "x" * 5000):
        with pytest.raises(subprocess.CalledProcessError) as e:
            stack.postern("client-secret", who)
        assert "client_secret_jwt" in e.value.stderr
        assert not e.value.stdout


def test_secret_client_with_a_key(stack, secret_client, key):
    """Its jwks are for other things than authentication."""
    c, secret = secret_client
    set_client(stack, c, "jwks", json.dumps(public(key)))
    denied(send(stack, sign(key, claims(stack, c))))
    issued(send(stack, sign(secret_key(secret), claims(stack, c), "HS256")))
    set_client(stack, c, "jwks", None)
