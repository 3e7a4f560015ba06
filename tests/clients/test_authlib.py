"""Authlib, as Debian has it, as the application."""
import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from postern_stack import Browser, remember

REDIRECT_URI = "https://client.test/cb"
SERVERS = ["lighttpd", "apache", "nginx"]
METHODS = ["client_secret_basic", "client_secret_post", "none"]


def session(stack, client, method="client_secret_basic", **kw):
    return OAuth2Session(
        client.client_id, client.client_secret, scope="profile email",
        redirect_uri=REDIRECT_URI, token_endpoint_auth_method=method,
        code_challenge_method="S256",
        token_endpoint=stack.url + "/oauth/token",
        revocation_endpoint_auth_method=method, **kw)


def keep(token):
    remember(token["access_token"], token.get("refresh_token"))
    return token


def sign_in(stack, oauth, user):
    """The whole code flow -> the token."""
    verifier = generate_token(48)
    remember(verifier)
    url, state = oauth.create_authorization_url(
        stack.url + "/oauth/authorize", code_verifier=verifier)
    browser = Browser(stack)
    page = browser.get(url, allow_redirects=False, timeout=30)
    page = browser.sign_in(page, user.username, user.password)
    location = browser.consent(page).headers["Location"]
    assert "iss=" in location
    remember(*browser.cookies.values(), location.split("code=")[1][:49])
    return keep(oauth.fetch_token(
        stack.url + "/oauth/token", authorization_response=location,
        state=state, code_verifier=verifier))


@pytest.fixture(params=SERVERS, name="server")
def fixture_server(request, stack_of):
    return stack_of(request.param)


@pytest.mark.parametrize("method", METHODS)
def test_code_refresh_revoke(server, method):
    client = server.register_client(token_endpoint_auth_method=method,
                                    rotate_refresh_tokens=True)
    user = server.create_user()
    oauth = session(server, client, method)
    first = sign_in(server, oauth, user)
    assert oauth.get(server.url + "/api/me").json() == {
        "id": user.sub, "username": user.username}

    second = keep(oauth.refresh_token(server.url + "/oauth/token"))
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert oauth.get(server.url + "/api/me").status_code == 200

    done = oauth.revoke_token(server.url + "/oauth/revoke",
                              token=second["refresh_token"],
                              token_type_hint="refresh_token")
    assert done.status_code == 200
    assert oauth.get(server.url + "/api/me").status_code == 401


def test_refreshes_by_itself(stack):
    client, user = stack.register_client(), stack.create_user()
    told = []
    oauth = session(stack, client,
                    update_token=lambda token, **kw: told.append(token))
    first = sign_in(stack, oauth, user)
    oauth.token = {**first, "expires_at": 1}
    assert oauth.get(stack.url + "/api/me").status_code == 200
    assert keep(told[0])["access_token"] != first["access_token"]


@pytest.mark.parametrize("method", METHODS[:2])
def test_client_credentials_and_introspection(server, method):
    client = server.register_client(token_endpoint_auth_method=method)
    oauth = session(server, client, method)
    token = keep(oauth.fetch_token(grant_type="client_credentials"))
    assert token["scope"] == "profile email"
    said = oauth.introspect_token(server.url + "/oauth/introspect",
                                  token=token["access_token"]).json()
    assert said["active"] and said["client_id"] == client.client_id


def test_another_state_is_refused(stack):
    oauth = session(stack, stack.register_client())
    with pytest.raises(Exception, match="state"):
        oauth.fetch_token(
            stack.url + "/oauth/token", state="one",
            authorization_response=REDIRECT_URI + "?code=x&state=two")
