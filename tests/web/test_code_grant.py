"""The authorization code grant at the token endpoint (RFC 6749 section 4.1.3,
RFC 7636 section 4.6)."""
import re
import secrets

import pytest

from postern_stack import flow, get_code, pkce, redeem
from token_endpoint import issued, refused

GONE = "the code is not valid, or no longer"


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


def explain(stack, credential):
    [[text]] = stack.sql("SELECT oauth.explain(%s)", credential)
    return text


def gone(r):
    assert refused(r, 400, "invalid_grant") == GONE


def age(stack, client, column, value):
    """Set a column of the client's unspent codes."""
    stack.sql(f"UPDATE oauth.authorization_code SET {column} = {value}"
              " WHERE client_id = %s AND redeemed_at IS NULL",
              client.client_id)


# -- what it gives

@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_tokens(stack, user, method):
    """Authlib authorize_token_has_refresh_token, s256_success."""
    c = stack.register_client(token_endpoint_auth_method=method)
    code, verifier, answer = get_code(stack, c, user, scope="email",
                                      state="bar")
    assert answer["state"] == "bar" and answer["iss"] == stack.url
    assert re.fullmatch(r"pac[0-3]_[A-Za-z0-9_-]{43}", code)
    got = issued(redeem(stack, c, code, verifier))
    assert re.fullmatch(r"prt[0-7]_[A-Za-z0-9_-]{43}", got["refresh_token"])
    assert got["scope"] == "email" and got["expires_in"] == 3600
    assert stack.me(got["access_token"]).json()["id"] == user.sub


def test_client_secret_post(stack, user):
    """Authlib client_secret_post → both tokens."""
    c = stack.register_client(token_endpoint_auth_method="client_secret_post")
    code, verifier, _ = get_code(stack, c, user)
    got = issued(stack.post("/oauth/token", {
        "grant_type": "authorization_code", "code": code,
        "code_verifier": verifier, "client_id": c.client_id,
        "client_secret": c.client_secret}))
    assert got["refresh_token"] and got["access_token"]


def test_no_refresh_token(stack, user):
    """Authlib authorize_token_no_refresh_token: by the client's row."""
    c = stack.register_client(grant_types=["authorization_code"])
    code, verifier, _ = get_code(stack, c, user)
    got = issued(redeem(stack, c, code, verifier))
    assert "refresh_token" not in got
    assert stack.me(got["access_token"]).status_code == 200


def test_default_scope(stack, client, user):
    """Authlib missing_scope_uses_default, _empty_default."""
    code, verifier, _ = get_code(stack, client, user)
    assert issued(redeem(stack, client, code, verifier))["scope"] == "profile"
    c = stack.register_client(scope="email")
    code, verifier, _ = get_code(stack, c, user)
    assert "scope" not in issued(redeem(stack, c, code, verifier))


def test_lifetimes(stack, user):
    """Authlib 4.2.3: the client's own lifetime, and the row agrees."""
    c = stack.register_client(access_token_lifetime=77)
    got = flow(stack, c, user)
    assert got["expires_in"] == 77
    assert stack.sql(
        "SELECT expires_at - issued_at = interval '77 seconds'"
        " FROM oauth.access_token WHERE client_id = %s",
        c.client_id) == [(True,)]


def test_scope_is_that_of_the_code(stack, client, user):
    """Authlib code grant: a scope parameter here asks for nothing more."""
    code, verifier, _ = get_code(stack, client, user, scope="profile")
    got = issued(redeem(stack, client, code, verifier,
                        scope="profile email"))
    assert got["scope"] == "profile"


# -- what it refuses

def test_no_code(stack, client):
    """Authlib invalid_code: none."""
    for data in ({}, {"code": ""}):
        refused(stack.token(client, grant_type="authorization_code", **data),
                400, "invalid_request")


def test_guessed_codes(stack, client):
    """C33: random ones of the right shape; all alike."""
    for _ in range(100):
        gone(stack.token(client, grant_type="authorization_code",
                         code="pac%d_%s" % (secrets.randbelow(4),
                                            secrets.token_urlsafe(32)),
                         code_verifier="v" * 43))


def test_altered_codes(stack, client, user):
    """C33: the slot is a hint, every other character counts."""
    code, verifier, _ = get_code(stack, client, user)
    for bad in (code[:-1], code + "A", "pat" + code[3:], code.upper(),
                code[:5] + code[6:] + code[5],
                *(f"pac{n}" + code[4:] for n in range(10)
                  if code[3] != str(n))):
        gone(redeem(stack, client, bad, verifier))
    issued(redeem(stack, client, code, verifier))


def test_other_clients_code(stack, client, public, user):
    """C37, Authlib invalid_code "no-user": the code of another client; it is
    not spent by that."""
    code, verifier, _ = get_code(stack, client, user)
    gone(redeem(stack, stack.register_client(), code, verifier))
    gone(redeem(stack, public, code, verifier))
    issued(redeem(stack, client, code, verifier))


def test_injected_code(stack, client, user):
    """C37: a code of the attacker's in a victim's session fails by PKCE."""
    mine, _, _ = get_code(stack, client, user)
    _, verifier, _ = get_code(stack, client, stack.create_user())
    refused(redeem(stack, client, mine, verifier), 400, "invalid_grant")


def test_invalid_grant_type(stack, user):
    """Authlib invalid_grant_type → unauthorized_client: also a client that
    lost the grant after it got the code."""
    c = stack.register_client()
    code, verifier, _ = get_code(stack, c, user)
    stack.sql("SELECT oauth.change_client(%s, %s)", c.client_id,
              '{"grant_types": ["client_credentials"],'
              ' "response_types": []}')
    refused(redeem(stack, c, code, verifier), 400, "unauthorized_client")


# -- once

@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_reuse(stack, user, method):
    """C30, Authlib 4.2.1: at once, by its own client: refused, and all that
    came of it is revoked, also what was refreshed since."""
    c = stack.register_client(token_endpoint_auth_method=method)
    code, verifier, _ = get_code(stack, c, user)
    bought = issued(redeem(stack, c, code, verifier))
    who = {} if c.client_secret else {"client_id": c.client_id}
    send = {"grant_type": "refresh_token", **who}
    later = issued(stack.post("/oauth/token", {
        **send, "refresh_token": bought["refresh_token"]},
        c if c.client_secret else None))
    kept = flow(stack, c, user)
    gone(redeem(stack, c, code, verifier))
    for dead in (bought, later):
        assert stack.me(dead["access_token"]).status_code == 401
        assert "revoked" in explain(stack, dead["access_token"])
        refused(stack.post("/oauth/token", {
            **send, "refresh_token": dead["refresh_token"]},
            c if c.client_secret else None), 400, "invalid_grant")
    # Another grant of the same person to the same client is another.
    assert stack.me(kept["access_token"]).status_code == 200


@pytest.mark.parametrize("change", [
    {"code_verifier": "v" * 43}, {"code_verifier": None},
    {"redirect_uri": "https://client.test/other"}])
def test_reuse_with_something_else_wrong(stack, client, user, change):
    """C30: who has a used code may well lack the rest; it counts."""
    code, verifier, _ = get_code(stack, client, user)
    bought = issued(redeem(stack, client, code, verifier))
    data = {"grant_type": "authorization_code", "code": code,
            "code_verifier": verifier, **change}
    gone(stack.token(client, **data))
    assert stack.me(bought["access_token"]).status_code == 401


def test_reuse_by_a_stranger(stack, client, user):
    """C30: neither another client nor a wrong secret revokes anything."""
    code, verifier, _ = get_code(stack, client, user)
    bought = issued(redeem(stack, client, code, verifier))
    gone(redeem(stack, stack.register_client(), code, verifier))
    refused(redeem(stack, client._replace(client_secret="x"), code, verifier),
            401, "invalid_client")
    assert stack.me(bought["access_token"]).status_code == 200


def test_reuse_after_its_time(stack, user):
    """C30, C32: a used code that has since expired still revokes."""
    c = stack.register_client()
    code, verifier, _ = get_code(stack, c, user)
    bought = issued(redeem(stack, c, code, verifier))
    stack.sql("UPDATE oauth.authorization_code SET expires_at = now()"
              " - interval '1 second' WHERE client_id = %s", c.client_id)
    gone(redeem(stack, c, code, verifier))
    assert stack.me(bought["access_token"]).status_code == 401


# -- in time

@pytest.mark.parametrize("when,good", [
    ("now()", False), ("now() - interval '1 second'", False),
    ("now() - interval '1 day'", False),
    ("now() + interval '5 seconds'", True)])
def test_expiry(stack, user, when, good):
    """C32: at the boundary it is over."""
    c = stack.register_client()
    code, verifier, _ = get_code(stack, c, user)
    assert stack.sql("SELECT expires_at - issued_at = interval '60 seconds'"
                     " FROM oauth.authorization_code WHERE client_id = %s",
                     c.client_id) == [(True,)]
    age(stack, c, "expires_at", when)
    if good:
        issued(redeem(stack, c, code, verifier))
    else:
        assert "expired" in explain(stack, code)
        gone(redeem(stack, c, code, verifier))


# -- PKCE

def test_wrong_verifiers(stack, client, user):
    """Authlib missing_code_verifier, plain_code_challenge_invalid and
    plain_failed: and not the challenge itself (no "plain")."""
    verifier, challenge = pkce()
    code, _, _ = get_code(stack, client, user, code_challenge=challenge)
    for wrong in (challenge, "bar", verifier + "A", verifier[:-1]):
        refused(redeem(stack, client, code, wrong), 400, "invalid_grant")
    issued(redeem(stack, client, code, verifier))


@pytest.mark.parametrize("missing", [{}, {"code_verifier": ""}])
def test_missing_verifier(stack, client, public, user, missing):
    """Authlib missing_code_verifier, trusted_client_missing_code_verifier: a
    confidential client's, too. (RFC 7636 section 4.6: invalid_grant.) Nobody
    guessed, so it does not count."""
    for c in (client, public):
        code, verifier, _ = get_code(stack, c, user)
        data = {"grant_type": "authorization_code", "code": code, **missing}
        for _ in range(6):
            r = stack.token(c, **data) if c.client_secret else stack.post(
                "/oauth/token", {**data, "client_id": c.client_id})
            assert refused(r, 400, "invalid_grant") == \
                "code_verifier is missing"
        issued(redeem(stack, c, code, verifier))


def test_four_wrong_verifiers(stack, client, user):
    """C36: four leave it alive ..."""
    code, verifier, _ = get_code(stack, client, user)
    for _ in range(4):
        refused(redeem(stack, client, code, pkce()[0]), 400, "invalid_grant")
    issued(redeem(stack, client, code, verifier))


def test_five_wrong_verifiers(stack, client, user):
    """C36: ... five do not, and explain() knows why."""
    code, verifier, _ = get_code(stack, client, user)
    for _ in range(5):
        refused(redeem(stack, client, code, pkce()[0]), 400, "invalid_grant")
    assert "too many wrong code_verifiers" in explain(stack, code)
    gone(redeem(stack, client, code, verifier))


def test_guesses_of_others_do_not_count(stack, client, user):
    """C36: only the code's own client can kill it."""
    code, verifier, _ = get_code(stack, client, user)
    other = stack.register_client()
    for _ in range(6):
        gone(redeem(stack, other, code, pkce()[0]))
        refused(redeem(stack, client._replace(client_secret="x"), code,
                       pkce()[0]), 401, "invalid_client")
    issued(redeem(stack, client, code, verifier))


def test_downgrade(stack, user):
    """C34, Authlib code_verifier_without_code_challenge: (RFC 9700 section
    4.8.2; theirs says invalid_request)."""
    c = stack.register_client(require_pkce=False)
    without = {"code_challenge": None, "code_challenge_method": None}
    code, verifier, _ = get_code(stack, c, user, **without)
    refused(redeem(stack, c, code, verifier), 400, "invalid_grant")
    issued(stack.token(c, grant_type="authorization_code", code=code))


# -- redirect_uri

URI, OTHER = "https://client.test/cb", "https://client.test/other"


@pytest.mark.parametrize("given", [
    {}, {"redirect_uri": ""}, {"redirect_uri": OTHER},
    {"redirect_uri": URI + "/"}, {"redirect_uri": "https://client.test/c%62"},
    {"redirect_uri": "https://CLIENT.test/cb"}, {"redirect_uri": URI + "?"},
    {"redirect_uri": "https://evil.test/cb"}])
def test_redirect_uri(stack, user, given):
    """A9, Authlib invalid_redirect_uri: missing, another registered one, or
    another spelling; the code lives on."""
    c = stack.register_client(redirect_uris=[URI, OTHER])
    code, verifier, _ = get_code(stack, c, user, redirect_uri=URI)
    refused(redeem(stack, c, code, verifier, **given), 400, "invalid_grant")
    issued(redeem(stack, c, code, verifier, redirect_uri=URI))


def test_redirect_uri_not_asked_for(stack, client, user):
    """A9: it was left out of the authorization request. The one that was
    used may be named here, another may not."""
    code, verifier, _ = get_code(stack, client, user)
    refused(redeem(stack, client, code, verifier, redirect_uri=OTHER), 400,
            "invalid_grant")
    issued(redeem(stack, client, code, verifier, redirect_uri=URI))


# -- what happened between

@pytest.mark.parametrize("statement,why", [
    ("SELECT oauth.disable_user(%(user)s)", "disabled"),
    ("SELECT oauth.delete_user(%(user)s)", "gone"),
    ("SELECT oauth.revoke_consent(%(user)s, %(client)s)", "expired"),
    ("DELETE FROM oauth.consent WHERE client_id = %(client)s",
     "consent was withdrawn"),
    ("SELECT oauth.revoke_client_tokens(%(client)s)", "revoked")])
def test_ended_between(stack, statement, why):
    """C40: the user disabled or deleted; C41: consent withdrawn."""
    c, u = stack.register_client(), stack.create_user()
    code, verifier, _ = get_code(stack, c, u)
    with stack.db() as db, db.cursor() as cursor:
        cursor.execute(statement, {"user": u.username,
                                   "client": c.client_id})
    assert why in explain(stack, code)
    gone(redeem(stack, c, code, verifier))
    assert stack.sql("SELECT count(*) FROM oauth.access_token"
                     " WHERE client_id = %s", c.client_id) == [(0,)]


def test_client_disabled_between(stack, user):
    """C40: the client disabled: it can not even ask."""
    c = stack.register_client()
    code, verifier, _ = get_code(stack, c, user)
    stack.sql("SELECT oauth.disable_client(%s)", c.client_id)
    assert "disabled" in explain(stack, code)
    refused(redeem(stack, c, code, verifier), 401, "invalid_client")
    stack.sql("SELECT oauth.enable_client(%s)", c.client_id)
    issued(redeem(stack, c, code, verifier))


def test_explain_of_a_code(stack, client, user):
    """explain() agrees before and after."""
    code, verifier, _ = get_code(stack, client, user)
    assert explain(stack, code).endswith(": good")
    issued(redeem(stack, client, code, verifier))
    assert "refused: it was used" in explain(stack, code)
