"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): to which
addresses people are sent afterwards."""
import pytest

from logout import (AFTER, EVIL, asks, end_session, goes_nowhere, is_signed_in,
                    register, says_signed_out, sign_in)
from postern_stack import Browser


@pytest.fixture(scope="module")
def client(stack):
    return register(stack, client_name="The <Shop>")


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture
def browser(stack):
    return Browser(stack)


@pytest.fixture
def hint(stack, client, user, browser):
    """An ID token of the person who is signed in, in this browser."""
    return sign_in(stack, client, user, browser)["id_token"]


def test_a_port_of_loopback_is_none_of_choice(stack, browser, user):
    """OpenID Connect RP-Initiated Logout section 3: "exactly match", other
    than redirect_uris (RFC 8252 section 7.3)."""
    native = register(stack, application_type="native",
                      token_endpoint_auth_method="none",
                      redirect_uris=["http://127.0.0.1/cb"],
                      post_logout_redirect_uris=["http://127.0.0.1/bye"])
    token = sign_in(stack, native, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri="http://127.0.0.1:5005/bye")
    assert asks(r)
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri="http://127.0.0.1/bye")
    assert r.headers["Location"] == "http://127.0.0.1/bye"


def test_a_query_that_is_registered_is_kept(stack, browser, user):
    uri = AFTER + "?a=1"
    one = register(stack, post_logout_redirect_uris=[AFTER, uri])
    token = sign_in(stack, one, user, browser)["id_token"]
    r = end_session(browser, id_token_hint=token, state="s",
                    post_logout_redirect_uri=uri)
    assert r.headers["Location"] == uri + "&state=s"


@pytest.mark.parametrize("uri", [
    EVIL, AFTER + "/", AFTER + "#x", AFTER + "/../after", AFTER.upper(),
    "https://client.test:443/after", "https://client.test@evil.test/after",
    "//evil.test", "javascript:alert(1)", AFTER + " ",
    "https://client.test/cb", "/oauth/authorize", "x" * 5000],
    ids=lambda uri: uri[:40])
def test_an_address_that_is_not_registered(browser, client, hint, uri):
    """https://client.test/cb is, but as a redirect_uri."""
    for params in {"id_token_hint": hint}, {"client_id": client.client_id}:
        r = end_session(browser, post_logout_redirect_uri=uri, **params)
        assert asks(r) and goes_nowhere(r)
    assert is_signed_in(browser, client)
    r = browser.submit(r, decision="sign-out")
    assert says_signed_out(r) and goes_nowhere(r)


def test_a_header_that_is_smuggled_in(browser, client, hint):
    for what in {"post_logout_redirect_uri": AFTER + "\r\nX-Evil: 1"}, {
            "post_logout_redirect_uri": AFTER, "state": "s\r\nX-Evil: 1"}:
        r = end_session(browser, "POST", id_token_hint=hint, **what)
        assert "X-Evil" not in r.headers
        assert "\n" not in r.headers.get("Location", "")


def test_another_clients_address(stack, browser, client, hint):
    other = register(stack, post_logout_redirect_uris=[
        "https://other.test/after"])
    r = end_session(browser, id_token_hint=hint, client_id=client.client_id,
                    post_logout_redirect_uri="https://other.test/after")
    assert asks(r) and goes_nowhere(r)
    r = end_session(browser, client_id=other.client_id,
                    post_logout_redirect_uri=AFTER)
    assert asks(r) and goes_nowhere(r)


def test_a_client_that_is_not_there(stack, browser, client, user):
    r = end_session(browser, client_id="nobody",
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    disabled = register(stack)
    token = sign_in(stack, disabled, user, browser)["id_token"]
    stack.sql("SELECT oauth.disable_client(%s)", disabled.client_id)
    r = end_session(browser, client_id=disabled.client_id,
                    post_logout_redirect_uri=AFTER)
    assert r.status_code == 400 and goes_nowhere(r)
    # Its ID token is still one of ours, but it has nobody sent anywhere.
    r = end_session(browser, id_token_hint=token,
                    post_logout_redirect_uri=AFTER)
    assert asks(r) and goes_nowhere(r)
    r = end_session(browser, id_token_hint=token)
    assert says_signed_out(r) and goes_nowhere(r)
    assert not is_signed_in(browser, client)
