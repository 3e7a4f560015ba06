"""The JWT bearer grant (RFC 7523 section 2.1): what the person has granted,
and issuers that speak for people."""
import json
import secrets

import pytest

from client_assertion import later
from client_jwt import Host, new_key, public, sign
from jwt_bearer import GRANTS, ask, claims, invalid, trust
from postern_stack import flow
from token_endpoint import issued, refused


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client(stack, key):
    return stack.register_client(grant_types=GRANTS, jwks=public(key),
                                 scope="profile email calendar")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module", autouse=True)
def consent(stack, client, user):
    """The person has been there, and granted this."""
    flow(stack, client, user, scope="profile email")


@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


@pytest.fixture
def assertion(stack, client, user, key):
    def make(alg="ES256", header=None, **changed):
        return sign(key, claims(stack, client.client_id, user, **changed), alg,
                    **(header or {}))
    return make


# -- the person, and what they have granted

def test_unknown_person(stack, client, assertion):
    for sub in (secrets.token_hex(8), "' OR true --", "x" * 5000, "é\u2028"):
        invalid(ask(stack, client, assertion(sub=sub)), "no such person",
                stack)


def test_username_is_no_subject(stack, client, user, assertion):
    invalid(ask(stack, client, assertion(sub=user.username)))


def test_disabled_person(stack, client, key):
    who = stack.create_user()
    flow(stack, client, who)
    text = sign(key, claims(stack, client.client_id, who))
    token = issued(ask(stack, client, text))["access_token"]
    stack.sql("SELECT oauth.disable_user(%s)", who.username)
    invalid(ask(stack, client, text), "the person is disabled", stack)
    assert stack.me(token).status_code == 401


def test_never_asked(stack, client, key):
    who = stack.create_user()
    text = sign(key, claims(stack, client.client_id, who))
    invalid(ask(stack, client, text),
            "the person has granted the client nothing", stack)


def test_consent_withdrawn(stack, client, key):
    who = stack.create_user()
    flow(stack, client, who)
    text = sign(key, claims(stack, client.client_id, who))
    token = issued(ask(stack, client, text))["access_token"]
    stack.sql("SELECT oauth.revoke_consent(%s, %s)", who.username,
              client.client_id)
    invalid(ask(stack, client, text))
    assert stack.me(token).status_code == 401


def test_scope(stack, client, assertion):
    """At most what the person has granted, and the client may ask for."""
    for scope, wanted in (("profile", "profile"), ("email", "email"),
                          ("email profile email", "email profile")):
        got = issued(ask(stack, client, assertion(), scope=scope))
        assert sorted(got["scope"].split()) == wanted.split()
    invalid(ask(stack, client, assertion(), scope="calendar"),
            "the person has not granted that scope", stack)
    invalid(ask(stack, client, assertion(), scope="profile calendar"))
    for scope in ("other", "profile other", "a\"b", "  "):
        refused(ask(stack, client, assertion(), scope=scope), 400,
                "invalid_scope")


def test_scope_of_the_client_is_narrowed(stack, user, key):
    c = stack.register_client(grant_types=GRANTS, jwks=public(key),
                              scope="profile email")
    flow(stack, c, user, scope="profile email")
    stack.sql("SELECT oauth.change_client(%s, %s)", c.client_id,
              json.dumps({"scope": "email"}))
    text = sign(key, claims(stack, c.client_id, user))
    assert issued(ask(stack, c, text))["scope"] == "email"
    refused(ask(stack, c, text, scope="profile"), 400, "invalid_scope")


def test_no_id_token(stack, user, key):
    """openid is a scope like others here: nobody has signed in."""
    c = stack.register_client(grant_types=GRANTS, jwks=public(key),
                              scope="openid profile")
    flow(stack, c, user, scope="openid profile")
    got = issued(ask(stack, c, sign(key, claims(stack, c.client_id, user))))
    assert "id_token" not in got and "openid" in got["scope"].split()


# -- an issuer that is trusted

def test_trusted_issuer(stack, client, user, key):
    issuer_key = new_key()
    iss = trust(stack, issuer_key)
    good = claims(stack, iss, user)
    issued(ask(stack, client, sign(issuer_key, good)))
    invalid(ask(stack, client, sign(issuer_key, good), scope="calendar"))
    invalid(ask(stack, client, sign(key, good, kid=None)),
            "the signature is wrong", stack)
    invalid(ask(stack, client, sign(issuer_key, {**good, "iss": iss + "/"})),
            "the issuer is not trusted", stack)
    # It speaks for people and not as a client.
    invalid(ask(stack, client, sign(issuer_key, {
        **good, "iss": client.client_id}, kid=None)))
    stack.sql("SELECT oauth.distrust_issuer(%s)", iss)
    invalid(ask(stack, client, sign(issuer_key, good)),
            "the issuer is not trusted", stack)


def test_issuer_alg(stack, client, user):
    """The one that was agreed on."""
    rsa = new_key("RSA")
    iss = trust(stack, rsa, alg="PS256")
    issued(ask(stack, client, sign(rsa, claims(stack, iss, user), "PS256")))
    invalid(ask(stack, client, sign(rsa, claims(stack, iss, user), "RS256")),
            "alg is not the registered one", stack)


def test_without_consent(stack, client):
    """Of an issuer that speaks for people who were not asked: whatever the
    client may ask for, and the default scope where it does not."""
    issuer_key, who = new_key(), stack.create_user()
    iss = trust(stack, issuer_key)
    text = sign(issuer_key, claims(stack, iss, who))
    invalid(ask(stack, client, text))
    trust(stack, issuer_key, iss=iss, without_consent=True)
    assert issued(ask(stack, client, text))["scope"] == "profile"
    got = issued(ask(stack, client, text, scope="calendar email"))
    assert stack.me(got["access_token"]).json()["id"] == who.sub
    for scope in ("other", "  "):
        refused(ask(stack, client, text, scope=scope), 400, "invalid_scope")
    stack.sql("SELECT oauth.disable_user(%s)", who.username)
    invalid(ask(stack, client, text), "the person is disabled", stack)


def test_without_consent_is_the_issuers(stack, client, key):
    """A client's own assertions do not become that by its namesake."""
    who = stack.create_user()
    stack.sql("INSERT INTO oauth.trusted_issuer (iss, jwks, alg,"
              " without_consent) VALUES (%s, %s, 'ES256', true)",
              client.client_id, json.dumps(public(key)))
    try:
        invalid(ask(stack, client, sign(key, claims(
            stack, client.client_id, who))))
    finally:
        stack.sql("SELECT oauth.distrust_issuer(%s)", client.client_id)


def test_issuer_jwks_uri(stack, client, user, host):
    """By the same cache as the clients'."""
    old, new = new_key(), new_key()
    host.keys(old)
    iss = "https://issuer.test/" + secrets.token_hex(4)
    stack.sql("INSERT INTO oauth.trusted_issuer (iss, jwks_uri, alg)"
              " VALUES (%s, %s, 'ES256')", iss, host.base + "/" + iss[-8:])
    for _ in range(3):
        issued(ask(stack, client, sign(old, claims(stack, iss, user))))
    assert len(host.hits) == 1
    later(stack, 31)
    host.keys(new)
    issued(ask(stack, client, sign(new, claims(stack, iss, user))))
    invalid(ask(stack, client, sign(old, claims(stack, iss, user))),
            "there is no such key", stack)
    assert len(host.hits) == 2
    # Stolen: the operator does not wait for a day.
    host.keys()
    stack.sql("SELECT oauth.forget_document(%s)", host.base + "/" + iss[-8:])
    invalid(ask(stack, client, sign(new, claims(stack, iss, user))))
    assert len(host.hits) == 3


def test_issuer_jti(stack, client, user):
    """Once, whichever client brings it; another issuer may have the same."""
    other = stack.register_client(grant_types=GRANTS)
    flow(stack, other, user)
    jti, issuer_key = secrets.token_hex(8), new_key()
    for _ in range(2):
        iss = trust(stack, issuer_key)
        text = sign(issuer_key, claims(stack, iss, user, jti=jti))
        issued(ask(stack, client, text))
        invalid(ask(stack, other, text), "the jti was used before", stack)
