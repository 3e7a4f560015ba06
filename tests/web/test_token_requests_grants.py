"""The back channel as a client sees it: what each grant gives, and to whom it
does not (RFC 6749 section 4)."""
import subprocess

import pytest

from back_channel import refresh, refused
from postern_stack import flow, get_code, pkce, redeem


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


# -- client credentials (RFC 6749 section 4.4)

def test_client_credentials_scope(stack, client):
    def ask(scope):
        return stack.token(client, grant_type="client_credentials",
                           scope=scope)
    assert ask("email profile").json()["scope"] == "email profile"
    assert ask("email  email ").json()["scope"] == "email"
    assert ask(None).json()["scope"] == "profile"    # the default one
    for bad in ("calendar", "email calendar", "unknown", 'em"ail', "é",
                " ".join(f"s{i}" for i in range(3000))):
        refused(ask(bad), 400, "invalid_scope")


def test_client_credentials_need_a_secret(stack, public):
    """E67."""
    r = stack.post("/oauth/token", {"grant_type": "client_credentials",
                                    "client_id": public.client_id})
    refused(r, 400, "unauthorized_client")


def test_grant_type_of_the_client(stack):
    c = stack.register_client(grant_types=["authorization_code"])
    for grant_type in ("client_credentials", "password", "refresh_token"):
        refused(stack.token(c, grant_type=grant_type), 400,
                "unauthorized_client")


# -- authorization code (RFC 6749 section 4.1.3)

def test_code_errors(stack, client, public, user):
    refused(stack.token(client, grant_type="authorization_code"), 400,
            "invalid_request")
    for code in ("x", "pac0_" + "A" * 43, "pat0_" + "A" * 43,
                 "pac0_" + "A" * 42 + "B"):
        refused(redeem(stack, client, code, "v" * 43), 400, "invalid_grant")
    code, verifier, _ = get_code(stack, client, user)
    refused(redeem(stack, public, code, verifier), 400, "invalid_grant")
    other = stack.register_client()
    refused(redeem(stack, other, code, verifier), 400, "invalid_grant")
    assert redeem(stack, client, code, verifier).status_code == 200


def test_code_reuse_revokes_what_it_bought(stack, client, user):
    """C30."""
    code, verifier, _ = get_code(stack, client, user)
    bought = redeem(stack, client, code, verifier).json()
    assert stack.me(bought["access_token"]).status_code == 200
    refused(redeem(stack, client, code, verifier), 400, "invalid_grant")
    assert stack.me(bought["access_token"]).status_code == 401
    r = stack.token(client, grant_type="refresh_token",
                    refresh_token=bought["refresh_token"])
    refused(r, 400, "invalid_grant")


def test_code_reuse_by_another_harms_nobody(stack, client, user):
    code, verifier, _ = get_code(stack, client, user)
    bought = redeem(stack, client, code, verifier).json()
    other = stack.register_client()
    refused(redeem(stack, other, code, verifier), 400, "invalid_grant")
    assert stack.me(bought["access_token"]).status_code == 200


def test_code_expires(stack, client, user):
    """C32: the database clock decides, to the moment."""
    code, verifier, _ = get_code(stack, client, user)
    stack.sql("UPDATE oauth.authorization_code SET expires_at = now()"
              " WHERE redeemed_at IS NULL AND client_id = %s",
              client.client_id)
    refused(redeem(stack, client, code, verifier), 400, "invalid_grant")


def test_redirect_uri_of_the_code(stack, user):
    """A9: what was in the one request must be in the other, alike."""
    uris = ["https://client.test/cb", "https://client.test/other"]
    c = stack.register_client(redirect_uris=uris)
    given = {"redirect_uri": uris[0]}
    code, verifier, _ = get_code(stack, c, user, **given)
    for wrong in ({}, {"redirect_uri": uris[1]},
                  {"redirect_uri": "https://client.test/c%62"}):
        refused(redeem(stack, c, code, verifier, **wrong), 400,
                "invalid_grant")
    assert redeem(stack, c, code, verifier, **given).status_code == 200


def test_pkce(stack, client, user):
    """RFC 7636 section 4.6."""
    code, verifier, _ = get_code(stack, client, user)
    for wrong in (None, pkce()[0], verifier[:-1], verifier + "~", "short",
                  verifier.replace(verifier[0], "+", 1)):
        data = {"code_verifier": wrong} if wrong else {}
        r = stack.token(client, grant_type="authorization_code", code=code,
                        **data)
        refused(r, 400, "invalid_grant")
        if wrong == "short":
            break
    assert redeem(stack, client, code, verifier).status_code == 200


def test_verifiers_can_not_be_guessed(stack, client, user):
    """C36: after five wrong ones the right one is too late."""
    code, verifier, _ = get_code(stack, client, user)
    for _ in range(5):
        refused(redeem(stack, client, code, pkce()[0]), 400, "invalid_grant")
    refused(redeem(stack, client, code, verifier), 400, "invalid_grant")


def test_pkce_downgrade(stack, user):
    """C34: a verifier where there was no challenge."""
    c = stack.register_client(require_pkce=False)
    code, verifier, _ = get_code(stack, c, user, code_challenge=None,
                                 code_challenge_method=None)
    refused(redeem(stack, c, code, verifier), 400, "invalid_grant")
    r = stack.token(c, grant_type="authorization_code", code=code)
    assert r.status_code == 200


def test_no_refresh_token_without_the_grant(stack, user):
    c = stack.register_client(grant_types=["authorization_code"])
    assert "refresh_token" not in flow(stack, c, user)


def test_user_disabled_before_redemption(stack, client):
    """C40."""
    u = stack.create_user()
    code, verifier, _ = get_code(stack, client, u)
    stack.sql("SELECT oauth.disable_user(%s)", u.username)
    refused(redeem(stack, client, code, verifier), 400, "invalid_grant")


def test_consent_withdrawn_before_redemption(stack, client):
    """C41."""
    u = stack.create_user()
    code, verifier, _ = get_code(stack, client, u)
    stack.sql("SELECT oauth.revoke_consent(%s, %s)", u.username,
              client.client_id)
    refused(redeem(stack, client, code, verifier), 400, "invalid_grant")


def test_tokens_revoked_before_redemption(stack, user):
    c = stack.register_client()
    code, verifier, _ = get_code(stack, c, user)
    stack.sql("SELECT oauth.revoke_client_tokens(%s)", c.client_id)
    refused(redeem(stack, c, code, verifier), 400, "invalid_grant")


# -- refresh token (RFC 6749 section 6)

def test_refresh_errors(stack, client, user):
    refused(stack.token(client, grant_type="refresh_token"), 400,
            "invalid_request")
    token = flow(stack, client, user)["refresh_token"]
    for bad in ("x", token[:-1], "prt0_" + "A" * 43, "pat" + token[3:]):
        refused(refresh(stack, client, bad), 400, "invalid_grant")
    refused(refresh(stack, stack.register_client(), token), 400,
            "invalid_grant")
    assert refresh(stack, client, token).status_code == 200


def test_confidential_clients_keep_theirs(stack, client, user):
    token = flow(stack, client, user)["refresh_token"]
    for _ in range(3):
        r = refresh(stack, client, token)
        assert r.json()["refresh_token"] == token
        assert stack.me(r.json()["access_token"]).status_code == 200


def test_rotation_where_the_client_asks_for_it(stack, user):
    c = stack.register_client(rotate_refresh_tokens=True)
    token = flow(stack, c, user)["refresh_token"]
    assert refresh(stack, c, token).json()["refresh_token"] != token


def test_rotation(stack, public, user):
    """E57: the same successor within the window; reuse after it revokes all
    (RFC 9700 section 4.14.2)."""
    first = flow(stack, public, user)
    second = refresh(stack, public, first["refresh_token"]).json()
    again = refresh(stack, public, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert again["refresh_token"] == second["refresh_token"]
    assert again["access_token"] != second["access_token"]
    third = refresh(stack, public, second["refresh_token"]).json()
    stack.sql("UPDATE oauth.refresh_token SET rotated_at = rotated_at"
              " - interval '31 seconds' WHERE client_id = %s",
              public.client_id)
    refused(refresh(stack, public, first["refresh_token"]), 400,
            "invalid_grant")
    refused(refresh(stack, public, third["refresh_token"]), 400,
            "invalid_grant")
    for bought in (first, second, again, third):
        assert stack.me(bought["access_token"]).status_code == 401


def test_refresh_scope(stack, client, user):
    """E58: narrower is fine, and the next may have it all again."""
    tokens = flow(stack, client, user, scope="profile email")
    token = tokens["refresh_token"]
    assert refresh(stack, client, token,
                   scope="email").json()["scope"] == "email"
    assert refresh(stack, client, token).json()["scope"] == "profile email"
    for wider in ("calendar", "email calendar", "unknown"):
        refused(refresh(stack, client, token, scope=wider), 400,
                "invalid_scope")


def test_refresh_expires(stack, client, user):
    token = flow(stack, client, user)["refresh_token"]
    stack.sql("UPDATE oauth.refresh_token SET expires_at = now()"
              " WHERE client_id = %s", client.client_id)
    refused(refresh(stack, client, token), 400, "invalid_grant")


def test_refresh_of_a_disabled_user(stack, public):
    u = stack.create_user()
    token = flow(stack, public, u)["refresh_token"]
    stack.sql("SELECT oauth.disable_user(%s)", u.username)
    refused(refresh(stack, public, token), 400, "invalid_grant")


# -- password (RFC 6749 section 4.3)

@pytest.fixture(scope="module")
def with_password(make_stack, stack):
    """A stack of its own: the right to read password hashes is the whole
    cluster's role, but the database's grant."""
    own = make_stack(stack.server)
    c = own.register_client(grant_types=["password", "refresh_token"])
    u = own.create_user()
    before = own.token(c, grant_type="password", username=u.username,
                       password=u.password)
    refused(before, 400, "unsupported_grant_type")
    subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1",
         f"host={own.cluster.home}/pgrun dbname={own.database}"
         " user=postgres", "-f", "sql/manage/allow_password_grant.sql"],
        check=True)
    return own, c, u


def test_password_grant(with_password):
    own, c, u = with_password
    r = own.token(c, grant_type="password", username=u.username,
                  password=u.password, scope="email")
    assert r.status_code == 200 and r.json()["scope"] == "email"
    assert own.me(r.json()["access_token"]).json()["id"] == u.sub
    r = refresh(own, c, r.json()["refresh_token"])
    assert own.me(r.json()["access_token"]).json()["id"] == u.sub


def test_password_grant_errors(with_password):
    own, c, u = with_password
    for data, error in (
            ({"username": u.username}, "invalid_request"),
            ({"password": u.password}, "invalid_request"),
            ({"username": u.username, "password": "wrong"}, "invalid_grant"),
            ({"username": "nobody", "password": "wrong"}, "invalid_grant"),
            ({"username": u.username, "password": u.password,
              "scope": "calendar"}, "invalid_scope")):
        refused(own.token(c, grant_type="password", **data), 400, error)


def test_password_grant_is_throttled(with_password):
    own, c, u = with_password
    own.sql("UPDATE oauth.setting SET account_burst = 3,"
            " account_interval = '1 hour'")
    other = own.create_user()
    for _ in range(6):    # who gets it right is not counted
        assert own.token(c, grant_type="password", username=other.username,
                         password=other.password).status_code == 200
    for _ in range(3):
        r = own.token(c, grant_type="password", username=u.username.upper(),
                      password="wrong")
        assert "wrong" in r.json()["error_description"]
    r = own.token(c, grant_type="password", username=u.username,
                  password=u.password)
    refused(r, 400, "invalid_grant")
    assert "too many" in r.json()["error_description"]
