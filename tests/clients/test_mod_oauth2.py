"""mod_oauth2, as Debian has it, as the resource server."""
import time

import pytest
import requests
from postern_stack import flow, remember
from relying_party import claims

JWT = {"access_token_format": "jwt"}


def ask(rs, token=None, scheme="Bearer"):
    headers = {"Authorization": f"{scheme} {token}"} if token else {}
    return requests.get(rs.protected, headers=headers, timeout=30)


def good(rs, token):
    """What the module has learned of a token that it takes."""
    answer = ask(rs, token)
    assert answer.status_code == 200, rs.log_text()
    return claims(answer.text, "OAUTH2_CLAIM_")


def refused(rs, token):
    answer = ask(rs, token)
    return answer.status_code == 401 and "invalid_token" in \
        answer.headers["WWW-Authenticate"]


def token_of(stack, user, **metadata):
    client = stack.register_client(scope="openid profile email", **metadata)
    return client, flow(stack, client, user,
                        scope="openid profile")["access_token"]


def own_token(stack, **metadata):
    """A client's own, by client_credentials."""
    client = stack.register_client(**metadata)
    token = stack.token(client, grant_type="client_credentials").json()
    remember(token["access_token"])
    return client, token["access_token"]


def spoilt(token):
    """Another token of the same form: one character is another."""
    at = len(token) - 12
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]


@pytest.fixture(name="by_key")
def fixture_by_key(stack, make_resource_server):
    """Checks RFC 9068 tokens by itself, with the keys of jwks_uri."""
    return make_resource_server(stack).start(
        f"OAuth2TokenVerify jwks_uri {stack.url}/oauth/jwks"
        " verify.exp=required&verify.iat=required")


@pytest.fixture(name="by_asking")
def fixture_by_asking(stack, make_resource_server):
    """Asks the introspection endpoint, as a client that may."""
    rs = make_resource_server(stack)
    rs.client = stack.register_client(grant_types=["client_credentials"])
    return rs.start(rs.introspection(rs.client))


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_jwt_by_jwks_uri(stack, by_key, alg):
    user = stack.create_user()
    client, token = token_of(
        stack, user, access_token_signed_response_alg=alg, **JWT)
    told = good(by_key, token)
    assert told["iss"] == stack.url
    assert told["sub"] == user.sub
    assert told["client_id"] == client.client_id
    assert set(told["scope"].split()) == {"openid", "profile"}
    assert refused(by_key, spoilt(token))
    header, payload, _ = token.split(".")
    assert refused(by_key, f"{header}.{payload}.")
    assert stack.me(token).json()["id"] == user.sub


def test_jwt_by_discovery(stack, make_resource_server):
    """Where the keys are it finds in the metadata (RFC 8414)."""
    rs = make_resource_server(stack).start(
        f"OAuth2TokenVerify metadata {stack.url}"
        "/.well-known/oauth-authorization-server")
    user = stack.create_user()
    _, token = token_of(stack, user, **JWT)
    assert good(rs, token)["sub"] == user.sub
    assert refused(rs, spoilt(token))


def test_jwt_of_a_client_itself(stack, by_key):
    client, token = own_token(stack, **JWT)
    assert good(by_key, token)["sub"] == client.client_id


def test_jwt_that_expired(stack, by_key):
    """Never shown before: the module remembers those that were good."""
    _, token = own_token(stack, access_token_lifetime=1, **JWT)
    time.sleep(2)
    assert refused(by_key, token)


def test_no_jwt_and_no_token(stack, by_key):
    _, opaque = own_token(stack)
    assert refused(by_key, opaque)
    assert refused(by_key, "e30.e30.e30")
    assert ask(by_key).status_code == 401
    assert ask(by_key, opaque, "Basic").status_code == 401


def test_a_jwt_of_another_server(make_stack, by_key):
    """Same claims, another's key."""
    _, token = own_token(make_stack("lighttpd"), **JWT)
    assert refused(by_key, token)


@pytest.mark.parametrize("form", ["opaque", "jwt"])
def test_introspection(stack, by_asking, form):
    user = stack.create_user()
    client, token = token_of(stack, user, access_token_format=form,
                             audience=[by_asking.client.client_id])
    told = good(by_asking, token)
    assert told["sub"] == user.sub
    assert told["username"] == user.username
    assert told["client_id"] == client.client_id
    assert refused(by_asking, spoilt(token))


def test_introspection_of_bad_tokens(stack, by_asking):
    audience = [by_asking.client.client_id]
    client, revoked = own_token(stack, audience=audience)
    done = stack.post("/oauth/revoke", {"token": revoked}, client)
    assert done.status_code == 200
    assert refused(by_asking, revoked)
    # The module remembers what it was told: not asked before it expires.
    _, expired = own_token(stack, access_token_lifetime=1, audience=audience)
    time.sleep(2)
    assert refused(by_asking, expired)
    # Of a client that has not named this resource server.
    _, foreign = own_token(stack)
    assert refused(by_asking, foreign)
    assert ask(by_asking).status_code == 401


def test_wrong_secret(stack, make_resource_server):
    """Who may not ask is told nothing, so nobody is let in."""
    rs = make_resource_server(stack)
    client = stack.register_client(grant_types=["client_credentials"])
    rs.start(rs.introspection(client._replace(client_secret="wrong")))
    _, token = own_token(stack, audience=[client.client_id])
    assert refused(rs, token)
