"""refusing - requests that end in a statement, each a function that prepares
what it needs, and gives one that asks; and statements that are refused.

The fixtures are for those who import them.
"""
from contextlib import contextmanager

import pytest
import requests

import device
from authorizing import parameters
from client_jwt import new_key, public, sign
from jwt_bearer import GRANT_TYPE as JWT_BEARER
from jwt_bearer import claims as grant_claims
from log_lines import logged
from postern_stack import (Client, flow, get_code, password_hash, redeem,
                           run_script, with_keys)

CLIENT_GRANTS = ["authorization_code", "refresh_token", "client_credentials",
                 "password", JWT_BEARER, device.GRANT]
TOKEN, DEVICE = "/oauth/token", "/oauth/device_authorization"


@pytest.fixture(name="own", scope="module")
def fixture_own(make_stack):
    """A stack of its own: its roles lose what they may do."""
    made = with_keys(make_stack("lighttpd", PROCESSES="1"))
    run_script(made, "allow_password_grant.sql")
    return made


@pytest.fixture(autouse=True)
def fixture_forget_attempts(own):
    """Tests are many, and all from one address."""
    own.sql("DELETE FROM oauth.sign_in_throttle")


@pytest.fixture(name="key", scope="module")
def fixture_key():
    return new_key()


@pytest.fixture(name="user", scope="module")
def fixture_user(own):
    return own.create_user()


@pytest.fixture(name="client", scope="module")
def fixture_client(own, key, user):
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


def by_secret(own, client, user, key):
    return lambda: own.token(client, grant_type="client_credentials")


def with_chosen_secret(own, **metadata):
    """Its requests take two statements: to see who asks takes a while."""
    made = own.register_client(
        token_endpoint_auth_method="client_secret_basic",
        client_secret_verifier=password_hash("chosen"), **metadata)
    return Client(made.client_id, "chosen")


def by_code(own, client, user, key):
    code, verifier, _ = get_code(own, client, user)
    return lambda: redeem(own, client, code, verifier)


def by_code_in_steps(own, client, user, key):
    return by_code(own, with_chosen_secret(own), user, key)


def refresh(own, client, token):
    return lambda: own.post(TOKEN, {
        "grant_type": "refresh_token", "refresh_token": token,
        "client_id": client.client_id})


def rotating(own, user):
    made = own.register_client(token_endpoint_auth_method="none")
    return made, flow(own, made, user)["refresh_token"]


def by_rotation(own, client, user, key):
    return refresh(own, *rotating(own, user))


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


def a_device(own, user, decision="allowed", scope="profile"):
    made = device.public(own, scope="openid profile")
    got = device.start(own, made, scope=scope)
    if decision:
        device.decided(own, got, user, decision)
    return lambda: device.poll(own, made, got["device_code"])


def by_device(own, client, user, key):
    return a_device(own, user)


def user_info(own, client, user, key):
    token = flow(own, client, user, scope="openid")["access_token"]
    return lambda: requests.get(own.url + "/oauth/userinfo", timeout=30,
                                headers={"Authorization": "Bearer " + token})


def asked(own, endpoint, ask):
    """-> the answer, and its line of the log."""
    got = []
    line = logged(own, endpoint, lambda: got.append(ask()))
    return got[0], line


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
