"""Keys that sign, and can not be used: nothing is answered unsigned, or spent,
and the log says why."""
from contextlib import contextmanager

import pytest

from authorizing import parameters
from client_jwt import public
from logout import (AFTER, Listener, end_session, make_due, notifications,
                    register, sign_in, wait_for)
from postern_stack import Browser, flow, get_code, redeem
from refusing import (  # noqa: F401
    CLIENT_GRANTS, TOKEN, a_device, asked, by_assertion, fixture_client,
    fixture_forget_attempts, fixture_key, fixture_own, fixture_user, try_later,
    user_info, without)


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
