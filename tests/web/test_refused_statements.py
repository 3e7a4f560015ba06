"""What a statement that PostgreSQL refuses leaves behind: an answer that says
so, a log line that names it, and nothing half done.  The same for what ends
between a request's statements, and for keys that can not be used."""
import os
import re
import secrets
import signal
import subprocess
import threading
from contextlib import contextmanager

import pytest
import requests

import device
from client_jwt import new_key, public, sign
from jwt_bearer import GRANT_TYPE as JWT_BEARER
from jwt_bearer import claims as grant_claims
from logout import (AFTER, Listener, end_session, make_due, notifications,
                    register, sign_in, wait_for)
from postern_stack import (
    Browser, Client, flow, get_code, password_hash, redeem, with_keys)
from client_assertion import claims as client_claims
from client_assertion import form, set_client
from test_counts import logged
from test_password_grant import run_script
from test_refresh_token import close_window
from test_request_object import parameters

CLIENT_GRANTS = ["authorization_code", "refresh_token", "client_credentials",
                 "password", JWT_BEARER, device.GRANT]
TOKEN, DEVICE = "/oauth/token", "/oauth/device_authorization"


@pytest.fixture(scope="module")
def own(make_stack):
    """A stack of its own: its roles lose what they may do."""
    made = with_keys(make_stack("lighttpd", PROCESSES="1"))
    run_script(made, "allow_password_grant.sql")
    return made


@pytest.fixture(autouse=True)
def forget_attempts(own):
    """Tests are many, and all from one address."""
    own.sql("DELETE FROM oauth.sign_in_throttle")


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def user(own):
    return own.create_user()


@pytest.fixture(scope="module")
def client(own, key, user):
    """It may do everything, and the person has granted it something."""
    made = own.register_client(grant_types=CLIENT_GRANTS, jwks=public(key),
                               scope="openid profile email")
    flow(own, made, user, scope="profile")
    return made


@contextmanager
def without(own, privilege, role):
    """The role may not do this meanwhile: "INSERT ON oauth.access_token"."""
    own.sql(f"REVOKE {privilege} FROM postern_{role}")
    try:
        yield
    finally:
        own.sql(f"GRANT {privilege} TO postern_{role}")


def nowhere():
    """Asked for the first time."""
    return "https://client.test/" + secrets.token_hex(8)


# -- requests that end in that statement: each a function that prepares what it
# needs, and gives one that asks

def by_secret(own, client, user, key):
    return lambda: own.token(client, grant_type="client_credentials")


def with_chosen_secret(own, **metadata):
    """Its requests take two statements: to see who asks takes a while."""
    made = own.register_client(
        token_endpoint_auth_method="client_secret_basic",
        client_secret_verifier=password_hash("chosen"), **metadata)
    return Client(made.client_id, "chosen")


def by_chosen_secret(own, client, user, key):
    return by_secret(own, with_chosen_secret(own), user, key)


def by_code(own, client, user, key):
    code, verifier, _ = get_code(own, client, user)
    return lambda: redeem(own, client, code, verifier)


def by_code_in_steps(own, client, user, key):
    return by_code(own, with_chosen_secret(own), user, key)


def by_code_again(own, client, user, key):
    ask = by_code(own, client, user, key)
    assert ask().status_code == 200
    return ask


def by_code_and_another_verifier(own, client, user, key):
    code, _, _ = get_code(own, client, user)
    return lambda: redeem(own, client, code, "v" * 43)


def refresh(own, client, token):
    return lambda: own.post(TOKEN, {
        "grant_type": "refresh_token", "refresh_token": token,
        "client_id": client.client_id})


def rotating(own, user):
    made = own.register_client(token_endpoint_auth_method="none")
    return made, flow(own, made, user)["refresh_token"]


def by_rotation(own, client, user, key):
    return refresh(own, *rotating(own, user))


def by_rotation_again(own, client, user, key):
    made, token = rotating(own, user)
    ask = refresh(own, made, token)
    assert ask().status_code == 200
    close_window(own, made)
    return ask


def by_kept_refresh_token(own, client, user, key):
    token = flow(own, client, user)["refresh_token"]
    return lambda: own.token(client, grant_type="refresh_token",
                             refresh_token=token)


def by_kept_refresh_token_in_steps(own, client, user, key):
    return by_kept_refresh_token(own, with_chosen_secret(own), user, key)


def by_rotation_in_steps(own, client, user, key):
    return by_kept_refresh_token(
        own, with_chosen_secret(own, rotate_refresh_tokens=True), user, key)


def by_password(own, client, user, key):
    return lambda: own.token(client, grant_type="password", scope="profile",
                             username=user.username, password=user.password)


def by_assertion(own, client, user, key, **more):
    assertion = sign(key, grant_claims(own, client.client_id, user, **more))
    return lambda: own.token(client, grant_type=JWT_BEARER,
                             assertion=assertion)


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


def a_device(own, user, decision="allowed", scope="profile"):
    made = device.public(own, scope="openid profile")
    got = device.start(own, made, scope=scope)
    if decision:
        device.decided(own, got, user, decision)
    return lambda: device.poll(own, made, got["device_code"])


def by_device(own, client, user, key):
    return a_device(own, user)


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


def user_info(own, client, user, key):
    token = flow(own, client, user, scope="openid")["access_token"]
    return lambda: requests.get(own.url + "/oauth/userinfo", timeout=30,
                                headers={"Authorization": "Bearer " + token})


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


def asked(own, endpoint, ask):
    """-> the answer, and its line of the log."""
    got = []
    line = logged(own, endpoint, lambda: got.append(ask()))
    return got[0], line


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


def try_later(r):
    """A page, and no answer to the client: it may be had again."""
    assert r.status_code == 503 and "Location" not in r.headers, r.text
    assert r.headers["Content-Type"].startswith("text/html")
    assert r.headers["Retry-After"]


def page_to_sign_in(own, client, browser):
    _, said = parameters(client, scope="openid", prompt="consent")
    r = browser.authorize(**said)
    assert 'name="password"' in r.text
    return r


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


# -- what ends between two statements of a request

@contextmanager
def meanwhile(own, change, *values, table="oauth.access_token", role="token"):
    """Rows wait to be stored there until this has happened to what the request
    has read before."""
    with own.db() as db, db.cursor() as c:
        db.autocommit = False
        c.execute(change, values)
        c.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
        wait_for(lambda: own.sql(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND usename = %s"
            " AND datname = current_database()", "postern_" + role))
        db.commit()


ENDED = [
    (by_code, "invalid_grant"),
    (by_code_in_steps, "invalid_grant"),
    (by_rotation, "invalid_grant"),
    (by_rotation_in_steps, "invalid_grant"),
    (by_kept_refresh_token, "invalid_grant"),
    (by_kept_refresh_token_in_steps, "invalid_grant"),
    (by_password, "invalid_grant"),
    (by_assertion, "invalid_grant"),
    (by_device, "invalid_grant"),
]


@pytest.mark.parametrize("prepare, error", ENDED,
                         ids=[case[0].__name__ for case in ENDED])
def test_a_person_who_is_disabled_meanwhile(own, client, key, prepare, error):
    """Nobody gets a token by being faster than the operator."""
    user = own.create_user()
    flow(own, client, user, scope="profile")
    ask, got = prepare(own, client, user, key), []
    asking = threading.Thread(target=lambda: got.append(ask()))
    with meanwhile(own, "UPDATE oauth.end_user SET disabled_at = now()"
                   " WHERE sub = %s", user.sub):
        asking.start()
    asking.join()
    [r] = got
    assert (r.status_code, r.json()["error"]) == (400, error), r.text


def test_a_person_who_is_disabled_while_signing_in(own, client):
    """The password was right a moment ago; there is no session."""
    user, browser, got = own.create_user(), Browser(own), []
    page = page_to_sign_in(own, client, browser)
    asking = threading.Thread(target=lambda: got.append(
        browser.sign_in(page, user.username, user.password)))
    with meanwhile(own, "UPDATE oauth.end_user SET disabled_at = now()"
                   " WHERE sub = %s", user.sub, table="oauth.session",
                   role="authorize"):
        asking.start()
    asking.join()
    [r] = got
    assert r.status_code == 403 and 'name="password"' in r.text
    assert not own.sql("SELECT 1 FROM oauth.session JOIN oauth.end_user"
                       " USING (user_id) WHERE sub = %s", user.sub)


def test_a_connection_that_ends_in_a_statement(own, client, user, key):
    """Nobody knows whether it has run, so nobody is told that it has."""
    ask, got = by_secret(own, client, user, key), []
    asking = threading.Thread(target=lambda: got.append(asked(
        own, TOKEN, ask)))
    with own.db() as db, db.cursor() as c:
        db.autocommit = False
        c.execute("LOCK TABLE oauth.access_token IN EXCLUSIVE MODE")
        asking.start()
        wait_for(lambda: own.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'postern_token' AND wait_event_type = 'Lock'"
            " AND datname = current_database()"))
        asking.join()
    [[r, line]] = got
    assert r.status_code == 503
    assert r.json()["error"] == "temporarily_unavailable"
    assert line["reason"] == ("client_token_issue: the connection was lost,"
                              " it may have run")
    assert ask().status_code == 200


# -- keys that sign, and can not

@contextmanager
def keys_that(own, assignments):
    own.sql("CREATE TABLE oauth.kept AS SELECT * FROM oauth.signing_key")
    own.sql(f"UPDATE oauth.signing_key SET {assignments}")
    try:
        yield
    finally:
        own.sql("DELETE FROM oauth.signing_key")
        own.sql("INSERT INTO oauth.signing_key SELECT * FROM oauth.kept")
        own.sql("DROP TABLE oauth.kept")


def id_token_by_code(own, client, user, key):
    code, verifier, _ = get_code(own, client, user, scope="openid")
    return lambda: redeem(own, client, code, verifier)


def id_token_by_password(own, client, user, key):
    return lambda: own.token(client, grant_type="password", scope="openid",
                             username=user.username, password=user.password)


def id_token_by_refresh(own, client, user, key):
    token = flow(own, client, user, scope="openid")["refresh_token"]
    return lambda: own.token(client, grant_type="refresh_token",
                             refresh_token=token)


def id_token_by_device(own, client, user, key):
    return a_device(own, user, scope="openid")


def access_token_jwt(own, client, user, key):
    made = own.register_client(access_token_format="jwt")
    return lambda: own.token(made, grant_type="client_credentials")


def assertion_jwt(own, client, user, key):
    made = own.register_client(
        grant_types=CLIENT_GRANTS, jwks=public(key), scope="profile",
        access_token_format="jwt")
    flow(own, made, user, scope="profile")
    return by_assertion(own, made, user, key)


def signed_introspection(own, client, user, key):
    token = flow(own, client, user)["access_token"]
    return lambda: own.post(
        "/oauth/introspect", {"token": token}, client,
        headers={"Accept": "application/token-introspection+jwt"})


def signed_user_info(own, client, user, key):
    made = own.register_client(scope="openid",
                               userinfo_signed_response_alg="RS256")
    return user_info(own, made, user, key)


SIGNED = [id_token_by_code, id_token_by_password, id_token_by_refresh,
          id_token_by_device, access_token_jwt, assertion_jwt]


def fails(r):
    assert r.status_code == 503, r.text
    assert r.json()["error"] == "server_error"
    assert r.headers["Retry-After"]


@pytest.mark.parametrize(
    "prepare", [*SIGNED, signed_introspection, signed_user_info])
def test_a_key_that_does_not_open(own, client, user, key, prepare):
    """Of another key file.  Nothing is answered unsigned, or spent."""
    ask = prepare(own, client, user, key)
    with keys_that(own, "private_jwk = 'AAAA'"):
        fails(ask())
        assert ("a signing key was not sealed with this server's key"
                in own.log_text())
    assert ask().status_code == 200


def test_a_key_in_another_row(own, client, user, key):
    """A key is sealed for its kid; one that a program has used and still knows
    is held to it, too."""
    ask = access_token_jwt(own, client, user, key)
    for _ in range(20):     # by each of the processes
        assert ask().status_code == 200
    with keys_that(own, "kid = kid || '.'"):
        for _ in range(20):
            fails(ask())
        assert "a signing key is not what its row says" in own.log_text()
    assert ask().status_code == 200


@pytest.mark.parametrize("prepare", SIGNED)
def test_a_key_of_another_algorithm(own, client, user, key, prepare):
    """RFC 8725 section 3.1: a key signs by one algorithm alone."""
    ask = prepare(own, client, user, key)
    with keys_that(own, "generation = generation + 1000, alg = CASE alg"
                   " WHEN 'RS256' THEN 'EdDSA' ELSE 'RS256' END"
                   " WHERE alg IN ('RS256', 'ES256')"):
        fails(ask())
        assert "a signing key is not what its row says" in own.log_text()
    assert ask().status_code == 200


@pytest.mark.parametrize("prepare", SIGNED)
def test_no_key_and_none_can_be_made(own, client, user, key, prepare):
    ask = prepare(own, client, user, key)
    with keys_that(own, "withdrawn_at = now()"):
        for privilege, says in (
                ("INSERT (kid, alg, generation, public_jwk, private_jwk,"
                 " sign_from) ON oauth.signing_key",
                 "a signing key could not be made"),
                ("SELECT (key_lifetime, key_published_before)"
                 " ON oauth.setting", "a signing key could not be made")):
            with without(own, privilege, "token"):
                r, line = asked(own, TOKEN, ask)
            fails(r)
            assert line["reason"] == says
    assert ask().status_code == 200


def test_an_answer_that_can_not_be_signed(own, user):
    """JARM section 2.1: it is asked for signed, so no page is left to the
    client that is not."""
    client = own.register_client(scope="profile")
    browser = Browser(own)
    _, said = parameters(client, scope="profile", response_mode="jwt")
    page = browser.sign_in(browser.authorize(**said), user.username,
                           user.password)
    with keys_that(own, "private_jwk = 'AAAA'"):
        try_later(browser.consent(page))
    assert "response=" in browser.consent(page).headers["Location"]


@pytest.mark.parametrize("prepare", SIGNED)
def test_no_key_until_tomorrow(own, client, user, key, prepare):
    """The keys are there, but not to be signed with yet."""
    ask = prepare(own, client, user, key)
    with keys_that(own, "sign_from = now() + interval '1 day'"):
        r, line = asked(own, TOKEN, ask)
        fails(r)
        assert line["reason"] == "there is no signing key"
    assert ask().status_code == 200


def test_no_key_and_nothing_unsigned(own, client, user, key):
    """OpenID Connect Core section 5.3.2: who has registered a signature is not
    answered without; an access token of either kind."""
    for how in "opaque", "jwt":
        made = own.register_client(
            scope="openid", userinfo_signed_response_alg="ES256",
            access_token_signed_response_alg="RS256", access_token_format=how)
        ask = user_info(own, made, user, key)
        with keys_that(own, "withdrawn_at = now() WHERE alg = 'ES256'"):
            fails(ask())
        r = ask()
        assert r.status_code == 200
        assert r.headers["Content-Type"] == "application/jwt"


@pytest.mark.parametrize("prepare", SIGNED)
def test_no_key_until_it_is_made(own, client, user, key, prepare):
    ask = prepare(own, client, user, key)
    with keys_that(own, "withdrawn_at = now()"):
        assert ask().status_code == 200


def test_a_logout_token_that_can_not_be_signed(own, user):
    """OpenID Connect Back-Channel Logout section 2.6: unsigned it would be
    nothing.  The outbox says why, and it is tried again."""
    rp, browser = Listener(), Browser(own)
    try:
        made = register(own, backchannel_logout_uri=rp.url + "/logout")
        token = sign_in(own, made, user, browser)["id_token"]
        with keys_that(own, "private_jwk = 'AAAA'"):
            end_session(browser, id_token_hint=token,
                        post_logout_redirect_uri=AFTER)
            wait_for(lambda: notifications(own, made)[0][2])
        [[state, _, error, *_]] = notifications(own, made)
        assert state == "to be tried again" and not rp.hits
        assert "not sealed with this server's key" in error
        make_due(own, made)
        [hit] = rp.wait()
        assert hit.path == "/logout"
    finally:
        rp.close()


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
