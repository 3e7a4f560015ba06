"""requests-oauthlib, as Debian has it, as the application."""
import pytest
from oauthlib.oauth2 import (BackendApplicationClient, OAuth2Error,
                             TokenExpiredError)
from postern_stack import Browser, pkce, remember
from requests_oauthlib import OAuth2Session

REDIRECT_URI = "https://client.test/cb"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    """The server is on loopback."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(params=["lighttpd", "apache", "nginx"], name="server")
def fixture_server(request, stack_of):
    return stack_of(request.param)


def keep(token):
    remember(token["access_token"], token.get("refresh_token"))
    return token


def sign_in(stack, oauth, client, user, **how):
    verifier, challenge = pkce()
    url, _ = oauth.authorization_url(
        stack.url + "/oauth/authorize", code_challenge=challenge,
        code_challenge_method="S256")
    browser = Browser(stack)
    page = browser.get(url, allow_redirects=False, timeout=30)
    page = browser.sign_in(page, user.username, user.password)
    location = browser.consent(page).headers["Location"]
    remember(*browser.cookies.values(), location.split("code=")[1][:49])
    return keep(oauth.fetch_token(
        stack.url + "/oauth/token", authorization_response=location,
        client_secret=client.client_secret, code_verifier=verifier, **how))


@pytest.mark.parametrize("how", [{}, {"include_client_id": True}],
                         ids=["basic", "post"])
def test_code_and_refresh(server, how):
    client = server.register_client(
        token_endpoint_auth_method="client_secret_post" if how
        else "client_secret_basic")
    user = server.create_user()
    oauth = OAuth2Session(client.client_id, redirect_uri=REDIRECT_URI,
                          scope=["profile", "email"])
    first = sign_in(server, oauth, client, user, **how)
    assert oauth.get(server.url + "/api/me").json()["id"] == user.sub
    auth = {} if how else {"auth": tuple(client)}
    more = {"client_id": client.client_id,
            "client_secret": client.client_secret} if how else {}
    second = keep(oauth.refresh_token(
        server.url + "/oauth/token", **auth, **more))
    assert second["access_token"] != first["access_token"]
    assert oauth.get(server.url + "/api/me").status_code == 200


def test_public_client(stack):
    client = stack.register_client(token_endpoint_auth_method="none")
    user = stack.create_user()
    oauth = OAuth2Session(client.client_id, redirect_uri=REDIRECT_URI,
                          scope=["profile"])
    sign_in(stack, oauth, client, user, include_client_id=True)
    assert oauth.get(stack.url + "/api/me").json()["id"] == user.sub


def test_refreshes_by_itself(stack):
    client, user = stack.register_client(), stack.create_user()
    told = []
    oauth = OAuth2Session(
        client.client_id, redirect_uri=REDIRECT_URI, scope=["profile"],
        auto_refresh_url=stack.url + "/oauth/token",
        token_updater=told.append)
    first = sign_in(stack, oauth, client, user)
    oauth.token = {**first, "expires_at": 1}
    got = oauth.get(stack.url + "/api/me", client_id=client.client_id,
                    client_secret=client.client_secret)
    assert got.status_code == 200
    assert keep(told[0])["access_token"] != first["access_token"]
    oauth.auto_refresh_url = None
    oauth.token = {**first, "expires_at": 1}
    with pytest.raises(TokenExpiredError):
        oauth.get(stack.url + "/api/me")


def test_client_credentials(server):
    client = server.register_client()
    oauth = OAuth2Session(client=BackendApplicationClient(client.client_id))
    token = keep(oauth.fetch_token(server.url + "/oauth/token",
                                   auth=tuple(client)))
    assert token["token_type"] == "Bearer"


def test_an_error_is_understood(stack):
    client = stack.register_client()
    oauth = OAuth2Session(client=BackendApplicationClient(client.client_id))
    with pytest.raises(OAuth2Error) as e:
        oauth.fetch_token(stack.url + "/oauth/token",
                          auth=(client.client_id, "wrong"))
    assert e.value.error == "invalid_client"
