"""What a statement that PostgreSQL refuses leaves behind: an answer that says
so, a log line that names it, and nothing half done."""
import os
import re
import secrets
import signal
import subprocess

import pytest
import requests

import device
from authorizing import parameters
from client_assertion import claims as client_claims
from client_assertion import form, set_client
from client_jwt import public, sign
from logout import wait_for
from postern_stack import Browser, flow, get_code, redeem
from refusing import (  # noqa: F401
    CLIENT_GRANTS, DEVICE, TOKEN, a_device, asked, by_assertion, by_code,
    by_code_in_steps, by_device, by_kept_refresh_token,
    by_kept_refresh_token_in_steps, by_password, by_rotation,
    by_rotation_in_steps, by_secret, fixture_client, fixture_forget_attempts,
    fixture_key, fixture_own, fixture_user, page_to_sign_in, refresh, rotating,
    try_later, user_info, with_chosen_secret, without)
from test_refresh_token import close_window


def nowhere():
    """Asked for the first time."""
    return "https://client.test/" + secrets.token_hex(8)


# -- requests that end in that statement (those of refusing.py, and these)

def by_chosen_secret(own, client, user, key):
    return by_secret(own, with_chosen_secret(own), user, key)


def by_code_again(own, client, user, key):
    ask = by_code(own, client, user, key)
    assert ask().status_code == 200
    return ask


def by_code_and_another_verifier(own, client, user, key):
    code, _, _ = get_code(own, client, user)
    return lambda: redeem(own, client, code, "v" * 43)


def by_rotation_again(own, client, user, key):
    made, token = rotating(own, user)
    ask = refresh(own, made, token)
    assert ask().status_code == 200
    close_window(own, made)
    return ask


def by_assertion_with_jti(own, client, user, key):
    return by_assertion(own, client, user, key, jti="once")


def by_client_assertion(own, client, user, key, **metadata):
    made = own.register_client(
        token_endpoint_auth_method="private_key_jwt",
        **(metadata or {"jwks": public(key)}))
    assertion = sign(key, client_claims(own, made.client_id))
    return lambda: own.post(TOKEN, form(assertion))


def by_assertion_with_keys_elsewhere(own, client, user, key):
    made = own.register_client(grant_types=CLIENT_GRANTS, jwks_uri=nowhere())
    return by_assertion(own, made, user, key)


def by_keys_elsewhere(own, client, user, key):
    return by_client_assertion(own, client, user, key,
                               jwks_uri=nowhere())


def by_object_with_keys_elsewhere(own, client, user, key):
    made = own.register_client(jwks_uri=nowhere())
    text = sign(key, parameters(made)[1])
    return lambda: own.post("/oauth/par", {"request": text}, made)


def by_undecided_device(own, client, user, key):
    return a_device(own, user, None)


def by_new_device(own, client, user, key):
    made = device.public(own)
    return lambda: device.ask(own, made)


def pushing(own, client, user, key):
    _, said = parameters(client)
    return lambda: own.post("/oauth/par", said, client)


def revoking(own, client, user, key):
    token = flow(own, client, user)["access_token"]
    return lambda: own.post("/oauth/revoke", {"token": token}, client)


def jwt_of(own):
    made = own.register_client(access_token_format="jwt")
    return made, own.token(
        made, grant_type="client_credentials").json()["access_token"]


def revoking_jwt(own, client, user, key):
    made, token = jwt_of(own)
    return lambda: own.post("/oauth/revoke", {"token": token}, made)


def introspecting_jwt(own, client, user, key):
    made, token = jwt_of(own)
    return lambda: own.post("/oauth/introspect", {"token": token}, made)


def introspecting(own, client, user, key):
    token = flow(own, client, user)["access_token"]
    return lambda: own.post("/oauth/introspect", {"token": token}, client)


def reading_keys(own, client, user, key):
    return lambda: requests.get(own.url + "/oauth/jwks", timeout=30)


def bearing(own, client, user, key):
    token = flow(own, client, user)["access_token"]
    return lambda: own.me(token)


def bearing_jwt(own, client, user, key):
    made = own.register_client(access_token_format="jwt")
    token = flow(own, made, user)["access_token"]
    return lambda: own.me(token)


ISSUES = "INSERT ON oauth.access_token"

# statement, what it needs, whose, endpoint, the request, the status without
# the fault
REFUSED = [
    ("client_token_issue", ISSUES, "token", TOKEN, by_secret, 200),
    ("client_token_store", ISSUES, "token", TOKEN, by_chosen_secret, 200),
    ("code_redeem_at_once", ISSUES, "token", TOKEN, by_code, 200),
    ("code_redeem", ISSUES, "token", TOKEN, by_code_in_steps, 200),
    ("code_reuse", "UPDATE (revoked_at) ON oauth.authorization_grant",
     "token", TOKEN, by_code_again, 400),
    ("code_fail", "UPDATE (failures) ON oauth.authorization_code", "token",
     TOKEN, by_code_and_another_verifier, 400),
    ("refresh_rotate_at_once", ISSUES, "token", TOKEN, by_rotation, 200),
    ("refresh_rotate", ISSUES, "token", TOKEN, by_rotation_in_steps, 200),
    ("refresh_reuse", "UPDATE (revoked_at) ON oauth.authorization_grant",
     "token", TOKEN, by_rotation_again, 400),
    ("refresh_use_at_once", ISSUES, "token", TOKEN, by_kept_refresh_token,
     200),
    ("refresh_use", ISSUES, "token", TOKEN, by_kept_refresh_token_in_steps,
     200),
    ("user_token_issue", ISSUES, "token", TOKEN, by_password, 200),
    ("jwt_bearer_issue", ISSUES, "token", TOKEN, by_assertion, 200),
    ("jti_use", "INSERT ON oauth.used_jti", "token", TOKEN,
     by_assertion_with_jti, 200),
    ("jti_use", "INSERT ON oauth.used_jti", "token", TOKEN,
     by_client_assertion, 200),
    ("document_claim", "INSERT (uri, asked_at) ON oauth.fetched_document",
     "token", TOKEN, by_keys_elsewhere, 401),
    ("document_claim", "INSERT (uri, asked_at) ON oauth.fetched_document",
     "token", TOKEN, by_assertion_with_keys_elsewhere, 400),
    ("document_claim", "INSERT (uri, asked_at) ON oauth.fetched_document",
     "token", "/oauth/par", by_object_with_keys_elsewhere, 400),
    ("document_store", "UPDATE (failed_at) ON oauth.fetched_document",
     "token", TOKEN, by_keys_elsewhere, 401),
    ("device_redeem", ISSUES, "token", TOKEN, by_device, 200),
    ("device_poll", "UPDATE (last_polled_at) ON oauth.device_code", "token",
     TOKEN, by_undecided_device, 400),
    ("device_issue", "INSERT (device_code_hash) ON oauth.device_code",
     "token", DEVICE, by_new_device, 200),
    ("pushed_request_store", "INSERT (request_hash) ON oauth.pushed_request",
     "token", "/oauth/par", pushing, 201),
    ("access_revoke", "UPDATE (revoked_at) ON oauth.access_token", "token",
     "/oauth/revoke", revoking, 200),
    ("access_jwt_revoke",
     "INSERT (jti_hash, expires_at) ON oauth.revoked_access_token", "token",
     "/oauth/revoke", revoking_jwt, 200),
    ("access_jwt_load", "SELECT (jti_hash) ON oauth.revoked_access_token",
     "token", "/oauth/introspect", introspecting_jwt, 200),
    ("access_jwt_load", "SELECT (jti_hash) ON oauth.revoked_access_token",
     "resource", "/api/me", bearing_jwt, 200),
    # These are read together with the client, which can be read.
    ("code_load", "SELECT ON oauth.authorization_code_state", "token", TOKEN,
     by_code_in_steps, 200),
    ("refresh_load", "SELECT ON oauth.refresh_token_state", "token", TOKEN,
     by_rotation_in_steps, 200),
    ("access_introspect", "SELECT ON oauth.access_token_state", "token",
     "/oauth/introspect", introspecting, 200),
    ("jwks_load", "SELECT ON oauth.signing_key_timetable", "metadata",
     "/oauth/jwks", reading_keys, 200),
    ("bearer_check", "SELECT ON oauth.access_token_state", "resource",
     "/api/me", bearing, 200),
    ("userinfo_load", "SELECT ON oauth.access_token_state", "resource",
     "/oauth/userinfo", user_info, 200),
]


@pytest.mark.parametrize(
    "statement, privilege, role, endpoint, prepare, status", REFUSED,
    ids=[f"{case[0]}-{case[4].__name__}" for case in REFUSED])
def test_a_refused_statement(own, client, user, key, statement, privilege,
                             role, endpoint, prepare, status):
    """RFC 6749 section 5.2 has no server_error; 503 and Retry-After say what
    there is to say.  What was to be spent is not."""
    ask = prepare(own, client, user, key)
    with without(own, privilege, role):
        r, line = asked(own, endpoint, ask)
    assert r.status_code == 503, r.text
    assert r.json()["error"] == "server_error"
    assert r.headers["Retry-After"] == "1"
    assert "WWW-Authenticate" not in r.headers
    # Some are there once for each partition.
    assert re.fullmatch(rf"{statement}(_\d)?: refused with SQLSTATE 42501",
                        line["reason"])
    assert (line["outcome"], line["status"]) == ("server_error", 503)
    own.sql("DELETE FROM oauth.fetched_document")
    r = ask()
    assert r.status_code == status, r.text


def test_throttle_that_can_not_count(own, client, user, key):
    """RFC 6749 section 4.3.2: without it no password is tried."""
    ask = by_password(own, client, user, key)
    own.sql("ALTER TABLE oauth.sign_in_throttle"
            " ADD CONSTRAINT never CHECK (false) NOT VALID")
    try:
        r, line = asked(own, TOKEN, ask)
    finally:
        own.sql("ALTER TABLE oauth.sign_in_throttle DROP CONSTRAINT never")
    assert (r.status_code, r.json()["error"]) == (503, "server_error")
    assert line["reason"] == "sign_in_begin: refused with SQLSTATE 23514"
    assert ask().status_code == 200


def test_a_row_that_is_not_stored(own, client, user, key):
    """Whatever keeps it out, no token is answered that is not there."""
    ask = by_chosen_secret(own, client, user, key)
    own.sql("CREATE FUNCTION oauth.swallow() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'")
    own.sql("CREATE TRIGGER swallow BEFORE INSERT ON oauth.access_token"
            " FOR EACH ROW EXECUTE FUNCTION oauth.swallow()")
    try:
        r = ask()
        assert (r.status_code, r.json()["error"]) == (503, "server_error")
        r = by_secret(own, client, user, key)()
        assert (r.status_code, r.json()["error"]) == (503, "server_error")
    finally:
        own.sql("DROP FUNCTION oauth.swallow() CASCADE")
    assert ask().status_code == 200


@pytest.mark.parametrize("privilege", [
    "SELECT (password_hash) ON oauth.end_user",
    "INSERT ON oauth.session",
    "INSERT ON oauth.sign_in_throttle"])
def test_a_sign_in_that_is_refused(own, client, user, privilege):
    browser = Browser(own)
    page = page_to_sign_in(own, client, browser)
    with without(own, privilege, "authorize"):
        try_later(browser.sign_in(page, user.username, user.password))
    r = browser.sign_in(page, user.username, user.password)
    assert r.status_code == 200 and 'name="decision"' in r.text


def test_a_code_that_is_refused(own, client, user):
    """It is not the client who could do anything about it."""
    browser = Browser(own)
    page = browser.sign_in(page_to_sign_in(own, client, browser),
                           user.username, user.password)
    with without(own, "INSERT (code_hash) ON oauth.authorization_code",
                 "authorize"):
        try_later(browser.consent(page))
    assert "code=" in browser.consent(page).headers["Location"]


def test_a_request_that_is_not_fetched(own, client):
    """OpenID Connect Core section 6.2: not known to be allowed, not asked."""
    uri = nowhere()
    set_client(own, client.client_id, "request_uris", [uri])
    with without(own, "SELECT (outgoing_networks, outgoing_ca_file)"
                 " ON oauth.setting", "authorize"):
        try_later(Browser(own).authorize(client_id=client.client_id,
                                         request_uri=uri))


def test_a_commit_that_fails(own, client, user, key):
    """Every statement had succeeded, and nothing has happened."""
    ask = by_password(own, client, user, key)
    own.sql("CREATE FUNCTION oauth.never() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE ''never'' USING ERRCODE = ''40001''; END'")
    own.sql("CREATE CONSTRAINT TRIGGER never AFTER INSERT"
            " ON oauth.authorization_grant DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION oauth.never()")
    try:
        r, line = asked(own, TOKEN, ask)
    finally:
        own.sql("DROP FUNCTION oauth.never() CASCADE")
    assert (r.status_code, r.json()["error"]) == (503, "server_error")
    assert line["reason"].startswith("user_token_issue: refused with SQLSTATE")
    assert ask().status_code == 200


# -- chores

def test_a_chore_that_fails_is_logged(own):
    """And the program serves on."""
    with without(own, "EXECUTE ON FUNCTION oauth.maintain()", "token"):
        for pid in subprocess.run(
                ["pgrep", "-f", f"^{own.state}/bin/token"], text=True,
                capture_output=True, check=True).stdout.split():
            os.kill(int(pid), signal.SIGTERM)
        wait_for(lambda: "maintain: SQLSTATE 42501" in own.log_text())
        client = own.register_client()
        assert own.token(client,
                         grant_type="client_credentials").status_code == 200
