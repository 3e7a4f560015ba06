"""mod_oauth2, as Debian has it and docs/protecting.md sets it up, as the
resource server."""
import base64
import json
import time

import pytest
import requests
from behind import Behind
from postern_stack import flow, remember
from protecting import block, blocks, filled, register
from relying_party import claims

API, SCOPE = "https://api.example.org", "openid profile calendar"
JWT = {"access_token_format": "jwt", "access_token_audience": API}


def ask(rs, token=None, scheme="Bearer", **headers):
    if token:
        headers["Authorization"] = f"{scheme} {token}"
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
    client = stack.register_client(scope=SCOPE + " email", **metadata)
    return client, flow(stack, client, user, scope=SCOPE)["access_token"]


def own_token(stack, **metadata):
    """A client's own, by client_credentials."""
    client = stack.register_client(scope=SCOPE, **metadata)
    token = stack.token(client, grant_type="client_credentials",
                        scope="calendar").json()
    remember(token["access_token"])
    return client, token["access_token"]


def spoilt(token):
    """Another token of the same form: one character is another."""
    at = len(token) - 12
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]


@pytest.fixture(name="by_key")
def fixture_by_key(stack, make_resource_server):
    """Checks RFC 9068 tokens by itself, with the keys of jwks_uri."""
    return make_resource_server(stack).start_as_documented("jwks_uri")


@pytest.fixture(name="asking", scope="module")
def fixture_asking(stack):
    """The API and a client that calls it, as the page registers them."""
    yield register(stack, block("sql", "calendar-api"))
    stack.sql("SELECT oauth.delete_client('calendar-api')")


@pytest.fixture(name="by_asking")
def fixture_by_asking(stack, asking, make_resource_server):
    """Asks the introspection endpoint, as a client that may."""
    rs = make_resource_server(stack)
    rs.client = asking[0]
    return rs.start_as_documented("introspect",
                                  secret=rs.client.client_secret)


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_jwt_by_jwks_uri(stack, by_key, alg):
    user = stack.create_user()
    client, token = token_of(
        stack, user, access_token_signed_response_alg=alg, **JWT)
    told = good(by_key, token)
    assert told["iss"] == stack.url
    assert told["sub"] == user.sub
    assert told["client_id"] == client.client_id
    assert set(told["scope"].split()) == set(SCOPE.split())
    assert refused(by_key, spoilt(token))
    header, payload, _ = token.split(".")
    assert refused(by_key, f"{header}.{payload}.")
    # It is for that API, and not for this server's own.
    assert stack.me(token).status_code == 401


def test_jwt_by_discovery(stack, make_resource_server):
    """Where the keys are it finds in the metadata (RFC 8414)."""
    rs = make_resource_server(stack).start(
        f"OAuth2TokenVerify metadata {stack.url}"
        "/.well-known/oauth-authorization-server")
    user = stack.create_user()
    _, token = token_of(stack, user, access_token_format="jwt")
    assert good(rs, token)["sub"] == user.sub
    assert refused(rs, spoilt(token))
    assert stack.me(token).json()["id"] == user.sub


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
    api = by_asking.client.client_id
    client, token = token_of(stack, user, access_token_format=form,
                             **({"access_token_audience": api}
                                if form == "jwt" else {"audience": [api]}))
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


def test_wrong_secret(stack, asking, make_resource_server):
    """Who may not ask is told nothing, so nobody is let in."""
    rs = make_resource_server(stack)
    rs.start_as_documented("introspect", secret="wrong")
    _, token = own_token(stack, audience=[asking[0].client_id])
    assert refused(rs, token)


def token_for(stack, client, user, scope="profile calendar"):
    return flow(stack, client, user, scope=scope)["access_token"]


def token_for_itself(stack, client):
    token = stack.token(client, grant_type="client_credentials",
                        scope="calendar").json()["access_token"]
    remember(token)
    return token


def shown(at):
    """The JSON of the page: an answer, a JWT's header, its claims."""
    return json.loads(blocks("json")[at])


def test_the_clients_of_the_page_by_asking(stack, asking, by_asking):
    api, app = asking
    user = stack.create_user()
    token = token_for(stack, app, user)
    assert good(by_asking, token)["username"] == user.username
    answer = stack.post("/oauth/introspect", {"token": token}, api).json()
    assert set(answer) == set(shown(0))
    assert answer["aud"] == shown(0)["aud"]
    narrow = token_for(stack, app, user, "profile")
    assert ask(by_asking, narrow).status_code == 403
    own = token_for_itself(stack, app)
    assert good(by_asking, own)["sub"] == app.client_id
    answer = stack.post("/oauth/introspect", {"token": own}, api).json()
    assert set(answer) == set(shown(0)) - {"username"}


def decoded(token):
    """A JWT's header and claims, unchecked."""
    return [json.loads(base64.urlsafe_b64decode(part + "=="))
            for part in token.split(".")[:2]]


def test_the_client_of_the_page_by_key(stack, by_key):
    [app] = register(stack, block("sql", "access_token_audience"))
    user = stack.create_user()
    token = token_for(stack, app, user)
    assert good(by_key, token)["sub"] == user.sub
    header, told = decoded(token)
    assert set(header) == set(shown(1)) and set(told) == set(shown(2))
    for name in "alg", "typ":
        assert header[name] == shown(1)[name]
    for name in "aud", "scope", "acr", "amr":
        assert told[name] == shown(2)[name]
    narrow = token_for(stack, app, user, "profile")
    assert ask(by_key, narrow).status_code == 403
    _, told = decoded(token_for_itself(stack, app))
    assert set(shown(2)) - set(told) == {"auth_time", "acr", "amr",
                                         "grant_id"}
    assert told["sub"] == app.client_id


def test_a_jwt_for_another_api(stack, by_key):
    """What the module takes for good, and the line with aud does not: a token
    whose audience is the issuer, and an ID token."""
    user = stack.create_user()
    client, token = token_of(stack, user, access_token_format="jwt")
    assert ask(by_key, token).status_code == 403
    tokens = flow(stack, client, user, scope=SCOPE)
    assert ask(by_key, tokens["id_token"]).status_code == 403
    assert decoded(tokens["id_token"])[0]["typ"] != shown(1)["typ"]


def test_how_long_it_is_remembered(stack, by_asking, by_key):
    """expiry=5, whether it was revoked or has expired since."""
    client, revoked = own_token(stack,
                                audience=[by_asking.client.client_id])
    _, expired = own_token(stack, access_token_lifetime=2, **JWT)
    assert good(by_asking, revoked) and good(by_key, expired)
    stack.post("/oauth/revoke", {"token": revoked}, client)
    time.sleep(8)
    assert refused(by_asking, revoked)
    assert refused(by_key, expired)


def test_an_api_behind_apache(stack, make_resource_server):
    """It has headers, and none of these names that somebody has sent."""
    user = stack.create_user()
    _, token = token_of(stack, user, **JWT)
    rs = make_resource_server(stack)
    with Behind("/api/") as directives:
        rs.start_as_documented("jwks_uri", *directives)
        answer = ask(rs, token, **{"OAUTH2_CLAIM_sub": "Eve",
                                   "OAUTH2_CLAIM_admin": "1",
                                   "OAUTH2-CLAIM-root": "1"})
    assert claims(answer.text, "OAUTH2_CLAIM_")["sub"] == user.sub
    assert "Eve" not in answer.text
    assert "admin" not in answer.text and "root" not in answer.text


def test_another_location_of_the_same_apache(stack, asking,
                                             make_resource_server):
    """It has what the module has found out for the first, and its own aud."""
    rs, other = make_resource_server(stack), stack.register_client()
    rs.add_page("/other/")
    rule = filled(block("apache", "OAuth2TokenVerify introspect"), stack.url,
                  rs.url, None, other.client_secret)
    rs.start_as_documented(
        "introspect", rule.replace("/api/", "/other/").replace(
            "calendar-api", other.client_id), secret=asking[0].client_secret)
    _, token = own_token(stack, audience=[asking[0].client_id])
    api, elsewhere = rs.protected, rs.url + "/other/index.shtml"
    for where, status in (elsewhere, 401), (api, 200), (elsewhere, 403):
        rs.protected = where
        assert ask(rs, token).status_code == status
