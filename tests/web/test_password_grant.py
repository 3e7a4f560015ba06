"""The password grant (RFC 6749 section 4.3), which RFC 9700 section 2.4
forbids: off twice, and for those who turn it on, throttled."""
import pytest
import requests

import racing
from logout import claims
from postern_stack import run_script
from token_endpoint import issued, refused

WRONG = "the username or the password is wrong"


def metadata(own):
    return requests.get(own.url + "/.well-known/oauth-authorization-server",
                        timeout=30).json()


@pytest.fixture(scope="module")
def client(stack):
    """In the usual stack, where the script was not run."""
    return stack.register_client(grant_types=["password", "refresh_token"])


@pytest.fixture(scope="module")
def own(make_stack, stack):
    """A stack where it was."""
    made = make_stack(stack.server)
    run_script(made, "allow_password_grant.sql")
    return made


@pytest.fixture(scope="module")
def c(own):
    return own.register_client(grant_types=["password", "refresh_token"])


@pytest.fixture(scope="module")
def u(own):
    return own.create_user()


def ask(stack, who, user, **data):
    return stack.token(who, **{"grant_type": "password",
                               "username": user.username,
                               "password": user.password, **data})


# -- off

def test_off_for_the_client(stack, own, u):
    """Authlib invalid_grant_type: by the client's row, in both stacks; and a
    registration without grant_types has it not."""
    for where, user in ((stack, stack.create_user()), (own, u)):
        plain = where.register_client()
        refused(ask(where, plain, user), 400, "unauthorized_client")


def test_off_for_all(stack, client):
    """By the database's grants, whatever the row says; right and wrong
    passwords alike."""
    user = stack.create_user()
    for password in (user.password, "x"):
        refused(ask(stack, client, user, password=password), 400,
                "unsupported_grant_type")
    assert "password" not in metadata(stack)["grant_types_supported"]
    assert stack.sql("SELECT has_column_privilege('postern_token',"
                     " 'oauth.end_user', 'password_hash', 'SELECT')") == [
        (False,)]


def test_metadata_where_it_is_on(own):
    """And then it says so."""
    assert metadata(own)["grant_types_supported"].count("password") == 1


def test_forbidden_again(make_stack, stack):
    """forbid_password_grant.sql takes it back with the next request."""
    again = make_stack(stack.server)
    run_script(again, "allow_password_grant.sql")
    who = again.register_client(grant_types=["password"])
    user = again.create_user()
    issued(ask(again, who, user))
    run_script(again, "forbid_password_grant.sql")
    refused(ask(again, who, user), 400, "unsupported_grant_type")
    assert "password" not in metadata(again)["grant_types_supported"]


# -- on

def test_tokens(own, c, u):
    """Authlib authorize_token: they act for the user, and refresh."""
    got = issued(ask(own, c, u, scope="email"))
    assert got["scope"] == "email"
    assert own.me(got["access_token"]).json() == {
        "id": u.sub, "username": u.username}
    again = issued(own.token(c, grant_type="refresh_token",
                             refresh_token=got["refresh_token"]))
    assert own.me(again["access_token"]).json()["id"] == u.sub


def test_what_an_id_token_says_is_of_this_scope_and_stays(own, u):
    """claims_for() is asked for what was granted and no more; auth_time, acr
    and amr are those of the grant when it is refreshed, too (OpenID Connect
    Core section 12.2)."""
    who = own.register_client(grant_types=["password", "refresh_token"],
                              scope="openid profile", require_auth_time=True)
    own.sql("""CREATE OR REPLACE FUNCTION oauth.claims_for(sub text,
        client_id text, scope text, target text) RETURNS jsonb LANGUAGE sql
        STABLE AS $$ SELECT jsonb_build_object('seen', scope) $$""")
    first = ask(own, who, u, scope="openid").json()
    again = own.token(who, grant_type="refresh_token",
                      refresh_token=first["refresh_token"]).json()
    before, after = claims(first["id_token"]), claims(again["id_token"])
    assert before["seen"] == after["seen"] == "openid"
    for name in "auth_time", "acr", "amr":
        assert before[name] == after[name]
    assert before["amr"] == ["pwd"] and before["auth_time"] <= before["iat"]


def test_no_refresh_token(own, u):
    """Authlib 4.2.5: not for a client that may not refresh."""
    who = own.register_client(grant_types=["password"])
    assert "refresh_token" not in issued(ask(own, who, u))


def test_public_client(own, u):
    """It may, where its row says so; it has no secret to show."""
    who = own.register_client(token_endpoint_auth_method="none",
                              grant_types=["password"])
    issued(own.post("/oauth/token", {
        "grant_type": "password", "username": u.username,
        "password": u.password, "client_id": who.client_id}))


def test_default_scope(own, c, u):
    """Where none is asked for."""
    assert issued(ask(own, c, u))["scope"] == "profile"


def test_lifetime(own, u):
    """Authlib custom_expires_in: 1800."""
    who = own.register_client(grant_types=["password"],
                              access_token_lifetime=1800)
    assert issued(ask(own, who, u))["expires_in"] == 1800


def test_invalid_client(own, c, u):
    """Authlib invalid_client: before the password is looked at."""
    refused(ask(own, c._replace(client_secret="x"), u), 401,
            "invalid_client")
    refused(own.post("/oauth/token", {
        "grant_type": "password", "username": u.username,
        "password": u.password}), 401, "invalid_client")


@pytest.mark.parametrize("change,error", [
    ({"username": None}, "invalid_request"),
    ({"username": ""}, "invalid_request"),
    ({"password": None}, "invalid_request"),
    ({"password": ""}, "invalid_request"),
    ({"password": "wrong"}, "invalid_grant"),
    ({"username": "nobody"}, "invalid_grant"),
    ({"scope": "calendar"}, "invalid_scope"),
    ({"scope": "  "}, "invalid_scope"),
    ({"scope": "profile invalid"}, "invalid_scope")])
def test_errors(own, c, u, change, error):
    """Authlib invalid_request (RFC 6749 section 5.2: a wrong password is
    invalid_grant) and invalid_scope."""
    said = refused(ask(own, c, u, **change), 400, error)
    if error == "invalid_grant":
        assert said == WRONG


def test_disabled_user(own, c):
    """Answered as a wrong password is."""
    gone = own.create_user()
    issued(ask(own, c, gone))
    own.sql("SELECT oauth.disable_user(%s)", gone.username)
    assert refused(ask(own, c, gone), 400, "invalid_grant") == WRONG


def test_changed_while_it_was_compared(own, c):
    """Nothing is left after oauth.set_password() and sign_out_everywhere() to
    who knows the old password and asked a moment before."""
    u = own.create_user()
    answer = racing.meanwhile(
        own, "oauth.authorization_grant", lambda: ask(own, c, u),
        "SELECT oauth.set_password(%s, NULL)", u.username)
    assert refused(answer, 400, "invalid_grant") == WRONG


def test_dead_with_the_user(own, c):
    """The tokens, too, end with the user."""
    gone = own.create_user()
    got = issued(ask(own, c, gone))
    own.sql("SELECT oauth.disable_user(%s)", gone.username)
    assert own.me(got["access_token"]).status_code == 401
    refused(own.token(c, grant_type="refresh_token",
                      refresh_token=got["refresh_token"]), 400,
            "invalid_grant")


def test_throttled(own, c, u):
    """After account_burst wrong ones the right one has to wait, whatever the
    name's spelling; another account and the successes do not count."""
    own.sql("UPDATE oauth.setting SET account_burst = 3,"
            " account_interval = '1 hour'")
    try:
        other, victim = own.create_user(), own.create_user()
        for _ in range(5):
            issued(ask(own, c, other))
        for name in (victim.username, victim.username.upper(),
                     victim.username):
            assert refused(ask(own, c, victim, username=name,
                               password="x"), 400, "invalid_grant") == WRONG
        for name in (victim.username, victim.username.upper()):
            assert refused(ask(own, c, victim, username=name), 400,
                           "invalid_grant") == \
                "too many attempts, try again later"
        issued(ask(own, c, other))
        own.sql("UPDATE oauth.sign_in_throttle SET arrival = now() -"
                " interval '1 day'")
        issued(ask(own, c, victim))
    finally:
        own.sql("UPDATE oauth.setting SET account_burst = DEFAULT,"
                " account_interval = DEFAULT")
    issued(ask(own, c, u))
