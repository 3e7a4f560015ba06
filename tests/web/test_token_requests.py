"""The back channel as a client sees it: client authentication, the grants,
revocation, introspection and the bearer check; Authlib's provider tests, and
the attacks on these endpoints."""
import base64
import subprocess
from urllib.parse import quote_plus

import pytest
import requests

from postern_stack import (
    Browser, Client, flow, get_code, password_hash, pkce, redeem, remember)


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


def refused(r, status, error):
    """RFC 6749 section 5.2."""
    assert r.status_code == status, r.text
    assert r.json()["error"] == error, r.text
    assert r.headers["Content-Type"] == "application/json"
    assert r.headers["Cache-Control"] == "no-store"
    if status == 401:
        assert r.headers["WWW-Authenticate"].startswith("Basic ")
    return True


def basic(stack, header, **data):
    data.setdefault("grant_type", "client_credentials")
    return stack.post("/oauth/token", data, headers={
        "Authorization": header})


def b64(text):
    return base64.b64encode(text.encode()).decode()


# -- the request itself

def test_answer_of_a_grant(stack, client):
    """RFC 6749 section 5.1."""
    r = stack.token(client, grant_type="client_credentials", scope="email")
    assert r.status_code == 200
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Pragma"] == "no-cache"
    got = r.json()
    remember(got["access_token"])
    assert set(got) == {"access_token", "token_type", "expires_in", "scope"}
    assert got["token_type"] == "Bearer" and got["expires_in"] == 3600
    assert got["scope"] == "email"


@pytest.mark.parametrize("grant_type,error", [
    (None, "invalid_request"), ("", "invalid_request"),
    ("nothing", "unsupported_grant_type"),
    ("authorization_code ", "unsupported_grant_type"),
    ("Client_Credentials", "unsupported_grant_type"),
    ("x" * 60000, "unsupported_grant_type")])
def test_grant_type(stack, client, grant_type, error):
    """E68."""
    data = {} if grant_type is None else {"grant_type": grant_type}
    refused(stack.post("/oauth/token", data, client), 400, error)


def test_a_parameter_twice(stack, client):
    """B14: also with the same value."""
    for name in ("grant_type", "scope", "client_id"):
        r = stack.post("/oauth/token", [
            ("grant_type", "client_credentials"), ("scope", "email"),
            ("client_id", client.client_id),
            (name, "client_credentials" if name == "grant_type"
             else "email")], client)
        refused(r, 400, "invalid_request")


def test_parameters_in_the_query(stack, client):
    """B15: RFC 6749 section 2.3.1."""
    refused(stack.post("/oauth/token?grant_type=client_credentials", {},
                       client), 400, "invalid_request")


def test_json_body(stack, client):
    r = requests.post(stack.url + "/oauth/token", timeout=30, auth=client,
                      json={"grant_type": "client_credentials"})
    refused(r, 400, "invalid_request")


@pytest.mark.parametrize("body", ["grant_type=%", "grant_type=%g1",
                                  "grant_type=a%00b", "grant_type=%ff",
                                  "a=%1"])
def test_bad_escapes(stack, client, body):
    """B17, B18."""
    r = requests.post(stack.url + "/oauth/token", data=body, auth=client,
                      timeout=30, headers={
                          "Content-Type": "application/x-www-form-urlencoded"})
    refused(r, 400, "invalid_request")


def test_too_many_parameters(stack, client):
    """B16."""
    r = stack.post("/oauth/token", [(f"p{i}", "") for i in range(5000)],
                   client)
    assert r.status_code == 413


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke",
                                  "/oauth/introspect"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
def test_methods(stack, path, method):
    """B21."""
    r = requests.request(method, stack.url + path, timeout=30)
    assert r.status_code == 405
    assert r.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", [
    "/oauth/token", "/oauth/revoke", "/oauth/introspect", "/api/me",
    "/.well-known/oauth-authorization-server"])
def test_scripts_of_any_origin(stack, path):
    """The preflight is answered, without credentials of the browser's."""
    r = requests.options(stack.url + path, timeout=30, headers={
        "Origin": "https://app.test", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization"})
    assert r.status_code == 204
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in r.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in r.headers
    r = requests.post(stack.url + path, timeout=30,
                      headers={"Origin": "https://app.test"})
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    assert "WWW-Authenticate" in r.headers["Access-Control-Expose-Headers"]


# -- client authentication

def test_no_client(stack):
    refused(stack.post("/oauth/token", {"grant_type": "client_credentials"}),
            401, "invalid_client")


@pytest.mark.parametrize("header", [
    "Basic", "Basic ", "Basic !!!", "Basic " + b64("nocolon"),
    "Basic " + b64(":secret"), "Basic " + b64("a:b").rstrip("="),
    "Basic " + b64("unknown:secret"), "Basic " + b64("%zz:secret"),
    "Basic " + b64("a:b") + " x", "Bearer abc", "Digest x", "nonsense"])
def test_bad_basic_credentials(stack, header):
    """D45."""
    refused(basic(stack, header), 401, "invalid_client")


def test_wrong_secrets(stack, client):
    secret = client.client_secret
    for wrong in ("", secret[:-1], secret + "a", secret[:-1] + "_",
                  secret.upper(), "sha256:" + "0" * 64):
        refused(basic(stack, "Basic " + b64(f"{client.client_id}:{wrong}")),
                401, "invalid_client")


@pytest.mark.parametrize("secret", [
    "with:colon", "per%cent", "pl+us", "a space", "Ünïcödé", "%41", "+"])
def test_secrets_of_people(stack, secret):
    """D44: both halves are form-urlencoded before base64 (RFC 6749 section
    2.3.1); a secret that a person chose is verified by Argon2id."""
    made = stack.register_client(
        client_secret_verifier=password_hash(secret))
    assert made.client_secret is None
    good = f"{quote_plus(made.client_id)}:{quote_plus(secret)}"
    assert basic(stack, "Basic " + b64(good)).status_code == 200
    wrong = f"{quote_plus(made.client_id)}:{quote_plus(secret + 'x')}"
    refused(basic(stack, "Basic " + b64(wrong)), 401, "invalid_client")


def test_scheme_in_any_case(stack, client):
    good = b64(f"{client.client_id}:{client.client_secret}")
    assert basic(stack, "bAsIc " + good).status_code == 200


def test_two_methods(stack, client):
    """D42."""
    r = stack.token(client, grant_type="client_credentials",
                    client_secret=client.client_secret)
    refused(r, 400, "invalid_request")


def test_another_client_id_in_the_body(stack, client, public):
    """D43."""
    r = stack.token(client, grant_type="client_credentials",
                    client_id=public.client_id)
    refused(r, 400, "invalid_request")
    r = stack.token(client, grant_type="client_credentials",
                    client_id=client.client_id)
    assert r.status_code == 200


def test_only_the_registered_method(stack, client):
    """A client has one method (RFC 7591 section 2)."""
    post = stack.register_client(
        token_endpoint_auth_method="client_secret_post")
    data = {"grant_type": "client_credentials"}
    r = stack.post("/oauth/token", {**data, "client_id": post.client_id,
                                    "client_secret": post.client_secret})
    assert r.status_code == 200
    refused(stack.token(post, **data), 401, "invalid_client")
    r = stack.post("/oauth/token", {**data, "client_id": client.client_id,
                                    "client_secret": client.client_secret})
    refused(r, 401, "invalid_client")


def test_public_and_confidential(stack, client, public):
    """D46, D47."""
    data = {"grant_type": "refresh_token", "refresh_token": "x"}
    r = stack.post("/oauth/token", {**data, "client_id": public.client_id,
                                    "client_secret": "x"})
    refused(r, 401, "invalid_client")
    r = stack.post("/oauth/token", {**data, "client_id": client.client_id})
    refused(r, 401, "invalid_client")


def test_expired_secret(stack):
    """D49: client_secret_expires_at is enforced."""
    c = stack.register_client(client_secret_expires_at=4102444800)
    assert stack.token(c, grant_type="client_credentials").status_code == 200
    stack.sql("UPDATE oauth.client SET client_secret_expires_at = now()"
              " WHERE client_id = %s", c.client_id)
    refused(stack.token(c, grant_type="client_credentials"), 401,
            "invalid_client")


def test_disabled_and_rotated(stack):
    c = stack.register_client()
    token = stack.token(c, grant_type="client_credentials").json()
    stack.sql("SELECT oauth.disable_client(%s)", c.client_id)
    refused(stack.token(c, grant_type="client_credentials"), 401,
            "invalid_client")
    assert stack.me(token["access_token"]).status_code == 401
    stack.sql("SELECT oauth.enable_client(%s)", c.client_id)
    [[secret]] = stack.sql("SELECT oauth.rotate_client_secret(%s)",
                           c.client_id)
    remember(secret)
    refused(stack.token(c, grant_type="client_credentials"), 401,
            "invalid_client")
    assert stack.token(Client(c.client_id, secret),
                       grant_type="client_credentials").status_code == 200


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

def refresh(stack, c, token, **data):
    data = {"grant_type": "refresh_token", "refresh_token": token, **data}
    if c.client_secret:
        return stack.token(c, **data)
    r = stack.post("/oauth/token", {**data, "client_id": c.client_id})
    if r.status_code == 200:
        remember(r.json()["access_token"], r.json()["refresh_token"])
    return r


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


# -- revocation (RFC 7009)

def revoke(stack, c, token, **data):
    return stack.post("/oauth/revoke", {"token": token, **data}, c)


def done(r):
    assert r.status_code == 200 and r.text == "{}"
    assert r.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
def test_revoke_an_access_token(stack, client, user, hint):
    """A wrong hint does not mislead (section 2.1)."""
    tokens = flow(stack, client, user)
    done(revoke(stack, client, tokens["access_token"],
                **({"token_type_hint": hint} if hint else {})))
    assert stack.me(tokens["access_token"]).status_code == 401
    assert refresh(stack, client,
                   tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
def test_revoke_a_refresh_token(stack, client, user, hint):
    tokens = flow(stack, client, user)
    done(revoke(stack, client, tokens["refresh_token"],
                **({"token_type_hint": hint} if hint else {})))
    assert stack.me(tokens["access_token"]).status_code == 401
    refused(refresh(stack, client, tokens["refresh_token"]), 400,
            "invalid_grant")
    done(revoke(stack, client, tokens["refresh_token"]))


def test_revocation_errors(stack, client, user):
    refused(stack.post("/oauth/revoke", {}, client), 400, "invalid_request")
    refused(stack.post("/oauth/revoke", {"token": "x"}), 401,
            "invalid_client")
    wrong = client._replace(client_secret="x")
    refused(revoke(stack, wrong, "x"), 401, "invalid_client")
    refused(revoke(stack, client, "x", token_type_hint="id_token"), 400,
            "unsupported_token_type")
    done(revoke(stack, client, "unknown"))
    done(revoke(stack, client, "pat0_" + "A" * 43))
    tokens = flow(stack, client, user)
    done(revoke(stack, stack.register_client(), tokens["access_token"]))
    done(revoke(stack, stack.register_client(), tokens["refresh_token"]))
    assert stack.me(tokens["access_token"]).status_code == 200


def test_a_public_client_revokes_its_own(stack, public, user):
    tokens = flow(stack, public, user)
    done(stack.post("/oauth/revoke", {"token": tokens["access_token"],
                                      "client_id": public.client_id}))
    assert stack.me(tokens["access_token"]).status_code == 401


# -- introspection (RFC 7662)

def introspect(stack, c, token, **data):
    r = stack.post("/oauth/introspect", {"token": token, **data}, c)
    assert r.status_code == 200, r.text
    return r.json()


def test_introspect(stack, client, user):
    tokens = flow(stack, client, user, scope="email")
    got = introspect(stack, client, tokens["access_token"])
    assert got["exp"] - got["iat"] == 3600
    assert {k: got[k] for k in ("active", "scope", "client_id", "username",
                                "token_type", "sub")} == {
        "active": True, "scope": "email", "client_id": client.client_id,
        "username": user.username, "token_type": "Bearer", "sub": user.sub}
    for hint in ("access_token", "refresh_token"):
        assert introspect(stack, client, tokens["access_token"],
                          token_type_hint=hint)["active"]
    got = introspect(stack, client, tokens["refresh_token"])
    assert got["active"] and "token_type" not in got


def test_introspection_is_for_the_audience(stack, user):
    """E64."""
    api, stranger = stack.register_client(), stack.register_client()
    c = stack.register_client(audience=[api.client_id])
    tokens = flow(stack, c, user)
    assert introspect(stack, api, tokens["access_token"]) == introspect(
        stack, c, tokens["access_token"])
    inactive = {"active": False}
    assert introspect(stack, api, tokens["refresh_token"]) == inactive
    assert introspect(stack, stranger, tokens["access_token"]) == inactive
    for token in ("x", "pat0_" + "A" * 43, "pac0_" + "A" * 43):
        assert introspect(stack, c, token) == inactive
    revoke(stack, c, tokens["access_token"])
    assert introspect(stack, c, tokens["access_token"]) == inactive


def test_introspection_errors(stack, client, public, user):
    refused(stack.post("/oauth/introspect", {}, client), 400,
            "invalid_request")
    refused(stack.post("/oauth/introspect", {"token": "x"}), 401,
            "invalid_client")
    tokens = flow(stack, public, user)
    refused(stack.post("/oauth/introspect", {
        "token": tokens["access_token"], "client_id": public.client_id}),
        401, "invalid_client")
    refused(stack.post("/oauth/introspect", {
        "token": "x", "token_type_hint": "x"}, client), 400,
        "unsupported_token_type")


# -- the bearer check (RFC 6750)

def me(stack, header=None, query=""):
    return requests.get(stack.url + "/api/me" + query, timeout=30,
                        headers={"Authorization": header} if header else {})


def challenge(r, status, error):
    assert r.status_code == status, r.text
    assert r.headers["Cache-Control"] == "no-store"
    got = r.headers["WWW-Authenticate"]
    assert got.startswith('Bearer realm="postern"')
    assert (f'error="{error}"' in got) if error else ("error" not in got)


def test_me(stack, client, user):
    token = flow(stack, client, user)["access_token"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        r = me(stack, f"{scheme} {token}")
        assert r.json() == {"id": user.sub, "username": user.username}
    r = requests.head(stack.url + "/api/me", timeout=30, headers={
        "Authorization": "Bearer " + token})
    assert r.status_code == 200 and r.content == b""


def test_no_token(stack):
    """Section 3.1: no error code where no token was sent."""
    for header in (None, "Basic " + b64("a:b"), "invalid token"):
        challenge(me(stack, header), 401, None)


def test_malformed_tokens(stack, client, user):
    """E62."""
    token = flow(stack, client, user)["access_token"]
    for header in ("Bearer", "Bearer \t" + token, f"Bearer {token} {token}",
                   f"Bearer {token},", 'Bearer "x"'):
        challenge(me(stack, header), 400, "invalid_request")
    challenge(me(stack, "Bearer\t" + token), 401, None)


def test_tokens_that_are_none(stack, client, user):
    tokens = flow(stack, client, user)
    for token in ("x", "pat0_" + "A" * 43, tokens["refresh_token"],
                  tokens["access_token"][:-1], tokens["access_token"] + "a",
                  "pat9" + tokens["access_token"][4:]):
        challenge(me(stack, "Bearer " + token), 401, "invalid_token")


def test_token_in_the_query(stack, client, user):
    """E61."""
    token = flow(stack, client, user)["access_token"]
    r = me(stack, query="?access_token=" + token)
    challenge(r, 400, "invalid_request")
    r = me(stack, "Bearer " + token, query="?access_token=" + token)
    challenge(r, 400, "invalid_request")


def test_expired_and_ended(stack, client):
    u = stack.create_user()
    ways = {
        "expired": "UPDATE oauth.access_token SET expires_at = now()"
                   " WHERE client_id = %(client)s",
        "user": "SELECT oauth.disable_user(%(user)s)",
    }
    for way, statement in ways.items():
        tokens = flow(stack, client, u)
        assert stack.me(tokens["access_token"]).status_code == 200
        with stack.db() as db, db.cursor() as c:
            c.execute(statement, {"client": client.client_id,
                                  "user": u.username})
        challenge(stack.me(tokens["access_token"]), 401, "invalid_token")
        [[why]] = stack.sql("SELECT oauth.explain(%s)",
                            tokens["access_token"])
        assert "refused" in why, (way, why)


def test_a_client_is_nobody(stack, client):
    r = stack.token(client, grant_type="client_credentials")
    challenge(stack.me(r.json()["access_token"]), 403, "insufficient_scope")


# -- metadata (RFC 8414)

def test_metadata(stack):
    for path in ("", "/some/issuer"):    # RFC 8414 section 3.1
        r = requests.get(
            stack.url + "/.well-known/oauth-authorization-server" + path,
            timeout=30)
        assert r.headers["Content-Type"] == "application/json", path
        got = r.json()
    assert got["issuer"] == stack.url
    for name in ("authorization", "token", "revocation", "introspection"):
        assert got[name + "_endpoint"].startswith(stack.url + "/oauth/")
    assert {"code", "token"} <= set(got["response_types_supported"])
    assert "password" not in got["grant_types_supported"]
    assert got["code_challenge_methods_supported"] == ["S256"]
    assert got["authorization_response_iss_parameter_supported"] is True
    assert set(got["scopes_supported"]) >= {"profile", "email", "calendar"}


# -- what is stored (K129)

def test_nothing_usable_is_stored(stack, public):
    u = stack.create_user()
    browser = Browser(stack)
    code, verifier, _ = get_code(stack, public, u, browser)
    tokens = redeem(stack, public, code, verifier).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    cookie = [c.value for c in browser.cookies if "session" in c.name]
    tables = [t for [t] in stack.sql(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'oauth'::regnamespace")]
    assert len(tables) > 20
    stored = "".join(str(stack.sql(f"SELECT t::text FROM {t} t"))
                     for t in tables)
    for secret in [code, tokens["access_token"], tokens["refresh_token"],
                   u.password, *cookie]:
        bare = secret.split("_", 1)[-1] if secret[0] == "p" else secret
        assert secret not in stored
        raw = base64.urlsafe_b64decode(bare + "=") if len(bare) == 43 \
            else bare.encode()
        assert raw.hex() not in stored
