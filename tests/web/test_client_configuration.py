"""Clients that manage their registrations (RFC 7592), and what becomes of these;
Authlib's test_client_configuration_endpoint by their names."""
import json
import re

import pytest
from postern_stack import Client, flow, remember
from registering import (  # noqa: F401
    CB, fixture_opened, initial_token, is_error, manage, register, replace,
    send)

METHODS = ("GET", "PUT", "DELETE")


def test_other_methods(stack):
    told = register(stack)
    for method in ("POST", "PATCH", "HEAD"):
        r = manage(stack, told, method)
        assert r.status_code == 405
        assert set(METHODS) <= set(re.split(", *", r.headers["Allow"]))


def test_spaces(stack):
    """RFC 6750 section 2.1: credentials = "Bearer" 1*SP b64token."""
    told = register(stack)
    token = "  " + told["registration_access_token"]
    assert manage(stack, told, token=token).status_code == 200


def body_for(told, method, **metadata):
    return {"client_id": told["client_id"], "redirect_uris": [CB],
            **metadata} if method == "PUT" else None


def test_read_client(stack):
    told = register(stack, client_name="Authlib")
    got = manage(stack, told)
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "no-store"
    read = got.json()
    assert "client_secret" not in read
    assert read["registration_access_token"] == told[
        "registration_access_token"]
    assert {k: v for k, v in told.items() if k != "client_secret"} == read


@pytest.mark.parametrize("method", METHODS)
def test_access_denied_to_manage(stack, method):
    """No token, a bad one, an initial one: 401 (RFC 7592 section 2.1)."""
    told = register(stack)
    for token in (None, "x", "prg0_" + "A" * 43, initial_token(stack),
                  told["registration_access_token"] + "A"):
        answer = manage(stack, told, method, body_for(told, method),
                        token=token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", METHODS)
def test_invalid_client(stack, method):
    """One that is gone, or never was: 401."""
    told = register(stack)
    for client_id in ("invalid", "pci_" + "A" * 22, "%00", "a%2Fb", "é",
                      "x" * 200):
        answer = send(stack, method, f"{stack.url}/oauth/register/{client_id}",
                      body_for(told, method),
                      told["registration_access_token"])
        odd = client_id in ("%00", "a%2Fb")    # the web server's to refuse
        assert answer.status_code in (
            (400, 401, 404) if odd else (401,)), client_id
    assert manage(stack, told).status_code == 200


@pytest.mark.parametrize("method", METHODS)
def test_unauthorized_client(stack, method):
    """Another client's token: 403."""
    told, other = register(stack), register(stack)
    is_error(manage(stack, told, method, body_for(told, method),
                    token=other["registration_access_token"]),
             403, "access_denied")
    mine = stack.register_client()
    is_error(send(stack, method,
                  f"{stack.url}/oauth/register/{mine.client_id}",
                  body_for(told, method), told["registration_access_token"]),
             403, "access_denied")


def test_update_client(stack):
    """PUT replaces: what is left out has its default again."""
    told = register(stack, client_name="Authlib", contacts=["a@client.test"],
                    scope="openid email")
    got = replace(stack, told, client_name="NewAuthlib")
    assert got.status_code == 200, got.text
    now = got.json()
    assert now["client_name"] == "NewAuthlib"
    assert now["contacts"] == []
    assert "profile" in now["scope"].split()
    assert now["client_id"] == told["client_id"]
    assert now["client_id_issued_at"] == told["client_id_issued_at"]
    assert "client_secret" not in now
    assert manage(stack, told).json() == now


def test_update_keeps_the_secret(stack):
    told = register(stack, grant_types=["authorization_code"])
    client = Client(told["client_id"], told["client_secret"])
    assert replace(stack, told, client_secret=told[
        "client_secret"]).status_code == 200
    user = stack.create_user()
    assert flow(stack, client, user)["access_token"]
    # Of another method, a new one; and none.
    assert "client_secret" not in replace(
        stack, told, token_endpoint_auth_method="none").json()
    new = replace(stack, told).json()["client_secret"]
    remember(new)
    assert new != told["client_secret"]


def test_update_invalid_request(stack):
    told = register(stack)
    for body in ({}, [], {"redirect_uris": [CB]},
                 {"client_id": "another", "redirect_uris": [CB]},
                 {"client_id": [told["client_id"]], "redirect_uris": [CB]}):
        is_error(manage(stack, told, "PUT", body), 400, "invalid_request")
    for extra in ({"registration_client_uri": told[
            "registration_client_uri"]}, {"client_secret": "invalid"},
            {"registration_access_token": told["registration_access_token"]},
            {"client_id_issued_at": 1}, {"client_secret_expires_at": 0}):
        is_error(replace(stack, told, **extra), 400, "invalid_request")


@pytest.mark.parametrize("method", [
    "client_secret_basic", "client_secret_post", "client_secret_jwt", "none"])
def test_update_with_a_secret(stack, method):
    """RFC 7592 section 2.2: "MUST match the currently issued client secret"."""
    told = register(stack, token_endpoint_auth_method=method)
    other = register(stack)["client_secret"]
    own = told.get("client_secret", "x")
    for wrong in (other, own + "x", own[:-1], "", None, 1, [own], {"a": own}):
        is_error(replace(stack, told, client_secret=wrong,
                         token_endpoint_auth_method=method),
                 400, "invalid_request", "client_secret")
    right = {"client_secret": own} if method != "none" else {}
    got = replace(stack, told, token_endpoint_auth_method=method, **right)
    assert got.status_code == 200 and "client_secret" not in got.json()


def test_where_the_token_stands(stack):
    """In the header, and it opens nothing else."""
    told = register(stack)
    token = told["registration_access_token"]
    uri = told["registration_client_uri"]
    assert send(stack, "GET", uri + "?access_token=" + token
                ).status_code == 401
    for scheme, status in (("Basic", 401), ("bearer", 200), ("BEARER", 200)):
        assert send(stack, "GET", uri, Authorization=f"{scheme} {token}"
                    ).status_code == status
    assert stack.me(token).status_code == 401


def test_update_invalid_metadata(stack):
    told = register(stack, client_name="before")
    for wrong in ({"scope": "nonsense"}, {"response_types": ["magic"]},
                  {"grant_types": ["password"]},
                  {"token_endpoint_auth_method": "magic"},
                  {"contacts": 1}, {"audience": ["x"]}):
        is_error(replace(stack, told, **wrong), 400,
                 "invalid_client_metadata")
    is_error(replace(stack, told, redirect_uris=["javascript:x"]), 400,
             "invalid_redirect_uri")
    assert manage(stack, told).json()["client_name"] == "before"


def test_update_supported(stack):
    told = register(stack)
    for right in ({"scope": "openid email"}, {"response_types": ["code"]},
                  {"grant_types": ["authorization_code", "refresh_token"]},
                  {"token_endpoint_auth_method": "client_secret_post"}):
        got = replace(stack, told, **right)
        assert got.status_code == 200, got.text
        name, value = next(iter(right.items()))
        assert got.json()[name] == value


def test_update_leaves_the_operators_members(stack):
    """And what the operator has allowed besides, the client may keep."""
    told = register(stack)
    stack.sql("SELECT oauth.change_client(%s, %s)", told["client_id"],
              json.dumps({"access_token_lifetime": 77, "grant_types": [
                  "authorization_code", "client_credentials"]}))
    assert replace(stack, told, grant_types=[
        "authorization_code", "client_credentials"]).status_code == 200
    [[lifetime]] = stack.sql(
        "SELECT extract(epoch FROM access_token_lifetime)::int"
        " FROM oauth.client WHERE client_id = %s", told["client_id"])
    assert lifetime == 77


def test_delete_client(stack):
    told = register(stack)
    gone = manage(stack, told, "DELETE")
    assert gone.status_code == 204 and not gone.content
    for method in METHODS:
        assert manage(stack, told, method,
                      body_for(told, method)).status_code == 401
    r = stack.token(Client(told["client_id"], told["client_secret"]),
                    grant_type="authorization_code", code="x")
    assert r.json()["error"] == "invalid_client"


def test_disabled(stack):
    told = register(stack)
    stack.sql("SELECT oauth.disable_client(%s)", told["client_id"])
    for method in METHODS:
        is_error(manage(stack, told, method, body_for(told, method)), 403,
                 "access_denied")


def test_off_again(stack, setting):
    told = register(stack)
    setting(registration="off")
    for method in METHODS:
        is_error(manage(stack, told, method, body_for(told, method)), 403,
                 "access_denied")


# -- afterwards

def test_each_change_is_logged(stack):
    told = register(stack, client_name="one")
    replace(stack, told, client_name="two")
    manage(stack, told, "DELETE")
    rows = stack.sql(
        "SELECT what, before ->> 'client_name', after ->> 'client_name',"
        " address FROM oauth.client_event WHERE client_id = %s"
        " ORDER BY event_id", told["client_id"])
    assert [tuple(r) for r in rows] == [
        ("registered", None, "one", "127.0.0.1"),
        ("replaced", "one", "two", "127.0.0.1"),
        ("deleted", "two", None, "127.0.0.1")]
    [[text]] = stack.sql("SELECT string_agg(e::text, '') FROM"
                         " oauth.client_event e")
    assert told["client_secret"] not in text
    assert told["registration_access_token"] not in text


def test_unused_clients_expire(stack):
    """Those that were used stay, and the operator's do."""
    idle, used = register(stack), register(stack)
    mine = stack.register_client()
    flow(stack, Client(used["client_id"], used["client_secret"]),
         stack.create_user())
    # Noted while there is a grant, for when there will be none.
    stack.sql("SELECT * FROM oauth.maintain()")
    stack.sql("DELETE FROM oauth.authorization_grant WHERE client_id = %s",
              used["client_id"])
    stack.sql("DELETE FROM oauth.consent WHERE client_id = %s",
              used["client_id"])
    stack.sql("UPDATE oauth.client SET client_id_issued_at ="
              " client_id_issued_at - interval '31 days' WHERE client_id IN"
              " (%s, %s, %s)", idle["client_id"], used["client_id"],
              mine.client_id)
    stack.sql("SELECT * FROM oauth.maintain()")
    left = {r[0] for r in stack.sql(
        "SELECT client_id FROM oauth.client WHERE client_id IN (%s, %s, %s)",
        idle["client_id"], used["client_id"], mine.client_id)}
    assert left == {used["client_id"], mine.client_id}
    assert manage(stack, idle).status_code == 401
    [[what]] = stack.sql("SELECT what FROM oauth.client_event WHERE client_id"
                         " = %s ORDER BY event_id DESC LIMIT 1",
                         idle["client_id"])
    assert what == "expired"


def test_client_credentials_are_use(stack, setting):
    """They leave no grant behind by which one could tell."""
    setting(registration_grant_types=["authorization_code",
                                      "client_credentials"])
    told = register(stack, grant_types=["client_credentials"],
                    redirect_uris=[])
    stack.sql("UPDATE oauth.client SET client_id_issued_at ="
              " client_id_issued_at - interval '31 days' WHERE client_id = %s",
              told["client_id"])
    stack.sql("SELECT * FROM oauth.maintain()")
    assert manage(stack, told).status_code == 200


def test_what_is_use(stack):
    told = register(stack)
    user = stack.create_user()
    assert stack.sql("SELECT oauth.client_is_used(%s)",
                     told["client_id"]) == [(False,)]
    flow(stack, Client(told["client_id"], told["client_secret"]), user)
    assert stack.sql("SELECT oauth.client_is_used(%s)",
                     told["client_id"]) == [(True,)]


def test_what_is_past_is_forgotten(stack):
    """Tokens that have ended, events of more than a year; and no others."""
    told, old = register(stack), register(stack)
    initial_token(stack, 1, "1 hour")
    stack.sql("UPDATE oauth.initial_access_token SET expires_at = now()"
              " - interval '1 second'")
    initial_token(stack, 7, "1 hour")
    stack.sql("UPDATE oauth.client_event SET at = now() - interval '366 days'"
              " WHERE client_id = %s", old["client_id"])
    stack.sql("SELECT * FROM oauth.maintain()")
    assert stack.sql("SELECT uses_left FROM oauth.initial_access_token") == [
        (7,)]
    assert stack.sql("SELECT client_id FROM oauth.client_event WHERE client_id"
                     " IN (%s, %s)", told["client_id"], old["client_id"]) == [
        (told["client_id"],)]
    assert manage(stack, old).status_code == 200
