"""mod_auth_openidc, as Debian has it and docs/protecting.md sets it up, as the
relying party; Chromium before it.  It is told where the discovery document is
and no more."""
import re
import time

import pytest
import requests
from behind import Behind
from chromium import decide, new_browser, sign_in, trust, wait
from postern_stack import ROOT, Browser, remember
from protecting import block, blocks
from relying_party import claims
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By


@pytest.fixture(name="browser", scope="module")
def fixture_browser(tls_stack):
    """Nobody is signed in; see clear()."""
    with new_browser(trust(tls_stack)) as browser:
        yield browser


def clear(browser):
    browser.get("data:text/html,")
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.get_log("browser")


def on_page(browser, name):
    return bool(browser.find_elements(By.NAME, name))


def page_text(browser):
    return browser.find_element(By.TAG_NAME, "body").text


def visit(browser, rp, user):
    """The protected page, whatever is asked on the way -> its claims."""
    browser.get(rp.protected)
    if on_page(browser, "password"):
        sign_in(browser, user.username, user.password)
    if on_page(browser, "decision"):
        decide(browser, "allow")
    wait_for(browser, rp)
    assert browser.current_url == rp.protected
    remember(*re.findall("OIDC_access_token=(.*)", page_text(browser)))
    return claims(page_text(browser))


def wait_for(browser, rp):
    """The protected page; or else what the browser and the module say."""
    try:
        wait(browser, lambda b: b.title == "Protected")
    except TimeoutException:
        raise AssertionError(f"{browser.current_url}\n{page_text(browser)}\n"
                             + rp.log_text()) from None


def sign_out(browser, rp):
    """As the relying party's own sign-out does: at the provider, and back."""
    browser.get(rp.logout)
    if on_page(browser, "decision") or browser.find_elements(
            By.CSS_SELECTOR, "form[method=post] button.yes"):
        browser.find_element(By.CSS_SELECTOR, "button.yes").click()
    wait(browser, lambda b: b.title == "Open")
    # The module gives a state of its own nowhere, so none comes back.
    assert browser.current_url.split("?")[0] == rp.open


def of_person(stack, user):
    return {"iss": stack.url, "sub": user.sub, "name": "Ada Lovelace",
            "email": "ada@example.org"}


def new_person(stack):
    return stack.create_user(name="Ada Lovelace", email="ada@example.org")


def check(browser, rp, user):
    """The module has checked the ID token and asked the userinfo endpoint."""
    shown = visit(browser, rp, user)
    expected = {**of_person(rp.stack, user), "aud": rp.client.client_id}
    assert {k: shown.get(k) for k in expected} == expected
    # Another time the module needs nobody; and after it has forgotten the
    # person the server has not.
    browser.get(rp.protected)
    assert claims(page_text(browser))["sub"] == user.sub
    browser.delete_cookie(f"session_{rp.port}")
    browser.get(rp.protected)
    wait_for(browser, rp)
    assert claims(page_text(browser))["sub"] == user.sub


FORM_POST = ["OIDCResponseMode form_post"]
VARIANTS = {
    "as-the-page-says": ({}, []),
    "form_post": ({}, FORM_POST),
    "client_secret_post": (
        {"token_endpoint_auth_method": "client_secret_post"},
        ["OIDCProviderTokenEndpointAuth client_secret_post"]),
    "client_secret_jwt": (
        {"token_endpoint_auth_method": "client_secret_jwt",
         "token_endpoint_auth_signing_alg": "HS256"},
        ["OIDCProviderTokenEndpointAuth client_secret_jwt"]),
    "ES256": ({"id_token_signed_response_alg": "ES256"},
              ["OIDCIDTokenSignedResponseAlg ES256"]),
    "PS256": ({"id_token_signed_response_alg": "PS256"},
              ["OIDCIDTokenSignedResponseAlg PS256"]),
    "signed-userinfo": ({"userinfo_signed_response_alg": "RS256"},
                        ["OIDCUserInfoSignedResponseAlg RS256"]),
    "userinfo-by-post": ({}, ["OIDCUserInfoTokenMethod post_param"]),
    "code-id_token": (
        {"grant_types": ["authorization_code", "implicit"],
         "response_types": ["code id_token"]},
        ['OIDCResponseType "code id_token"']),
    "id_token": (
        {"grant_types": ["implicit"], "response_types": ["id_token"]},
        ["OIDCResponseType id_token", *FORM_POST]),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_sign_in(variant, stack, browser, make_relying_party):
    metadata, directives = VARIANTS[variant]
    rp = make_relying_party(stack)
    rp.register(**metadata)
    rp.start(*directives)
    clear(browser)
    check(browser, rp, new_person(stack))


def test_without_pkce(stack, browser, make_relying_party):
    rp = make_relying_party(stack)
    rp.register(require_pkce=False)
    rp.start(without=["OIDCPKCEMethod"])
    clear(browser)
    check(browser, rp, new_person(stack))


def test_https(tls_stack, browser, make_relying_party):
    """The issuer's certificate, and the relying party's, are checked."""
    rp = make_relying_party(tls_stack)
    rp.register()
    rp.start(*FORM_POST)
    clear(browser)
    check(browser, rp, new_person(tls_stack))


def test_private_key_jwt(tls_stack, browser, make_relying_party):
    """The key is where the module itself shows it, by jwks_uri."""
    rp = make_relying_party(tls_stack)
    directives = rp.make_key()
    rp.register(token_endpoint_auth_method="private_key_jwt",
                token_endpoint_auth_signing_alg="RS256",
                jwks_uri=rp.jwks_uri)
    assert rp.client.client_secret is None
    rp.start(*directives)
    clear(browser)
    check(browser, rp, new_person(tls_stack))


def test_denial(stack, browser, make_relying_party):
    rp = make_relying_party(stack)
    rp.register()
    rp.start()
    user = new_person(stack)
    clear(browser)
    browser.get(rp.protected)
    sign_in(browser, user.username, user.password)
    decide(browser, "deny")
    wait(browser, lambda b: rp.url in b.current_url)
    assert "error=access_denied" in browser.current_url
    # The module takes an "iss" (RFC 9207) that has no code with it for a third
    # party's wish to begin a sign-in, and refuses that.
    assert "Error" in page_text(browser)
    assert claims(page_text(browser)) == {}
    browser.get(rp.protected)
    assert browser.current_url.startswith(stack.url)


@pytest.fixture(name="two", params=["http", "https"])
def fixture_two(request, make_relying_party):
    """Two relying parties at the same server."""
    stack = request.getfixturevalue(
        "stack" if request.param == "http" else "tls_stack")
    parties = [make_relying_party(stack), make_relying_party(stack)]
    for rp in parties:
        rp.register()
        rp.start()
    return parties


def test_back_channel_logout(two, browser):
    """Who signs out at one is signed out at the other, in this browser."""
    one, other = two
    stack = one.stack
    user = new_person(stack)
    clear(browser)
    assert visit(browser, one, user)["sub"] == user.sub
    assert visit(browser, other, user)["sub"] == user.sub
    with new_browser(trust(stack)) as elsewhere:
        assert visit(elsewhere, other, user)["sub"] == user.sub
        sign_out(browser, one)
        # The cookie of the other's session is still there; its session is
        # not, and the server asks who it is.
        assert browser.get_cookie(f"session_{other.port}")
        for rp in two:
            browser.get(rp.protected)
            wait(browser, lambda b: on_page(b, "password"))
            assert browser.current_url.startswith(stack.url)
        # It was that sign-in's session alone that has ended.
        elsewhere.get(other.protected)
        assert elsewhere.title == "Protected"


def test_a_forged_logout_token_does_nothing(two, browser):
    """That the test above can fail: not every POST ends a session."""
    one, _ = two
    user = new_person(one.stack)
    clear(browser)
    assert visit(browser, one, user)["sub"] == user.sub
    forged = requests.post(one.backchannel_logout_uri, timeout=30,
                           verify=one.stack.verify,
                           data={"logout_token": "e30.e30.AAAA"})
    assert forged.status_code == 400
    browser.get(one.protected)
    assert browser.title == "Protected"


def enter(rp, user):
    """Without script -> a browser that has passed, and the page it sees.

    form_post: the server's page has a form and a button."""
    browser = Browser(rp.stack)
    page = browser.get(rp.protected, allow_redirects=False, timeout=30)
    page = browser.get(page.headers["Location"], allow_redirects=False,
                       timeout=30)
    page = browser.sign_in(page, user.username, user.password)
    page = browser.consent(page)
    assert page.status_code == 200
    [action] = re.findall(r'<form method="post" action="([^"]*)"', page.text)
    assert action == rp.redirect_uri
    page = browser.submit(page)
    remember(*browser.cookies.values())
    page = browser.get(page.headers["Location"], timeout=30)
    remember(*re.findall("OIDC_access_token=(.*)", page.text))
    return browser, page.text


def test_without_script(stack, make_relying_party):
    rp = make_relying_party(stack)
    rp.register()
    rp.start(*FORM_POST)
    user = new_person(stack)
    _, page = enter(rp, user)
    assert claims(page)["sub"] == user.sub


FORGED = {"OIDC_CLAIM_name": "Eve", "OIDC_CLAIM_admin": "1",
          "OIDC-CLAIM-root": "1"}


def test_what_the_application_sees(stack, make_relying_party):
    rp = make_relying_party(stack)
    rp.register()
    rp.start(*FORM_POST)
    user = new_person(stack)
    browser, page = enter(rp, user)
    assert f"\nREMOTE_USER={user.sub}\n" in page
    assert "\nOIDC_access_token=" in page
    page = browser.get(rp.protected, timeout=30, headers=FORGED).text
    told = claims(page)
    assert (told["name"], told["email"]) == ("Ada Lovelace", "ada@example.org")
    assert not {"admin", "root"} & set(told)


def test_an_application_behind_apache(stack, make_relying_party):
    """It has headers, and none of these names that a browser has sent."""
    rp = make_relying_party(stack)
    rp.register()
    user = new_person(stack)
    with Behind("/protected/app/") as directives:
        rp.start(*FORM_POST, *directives)
        browser, _ = enter(rp, user)
        sent = browser.get(rp.url + "/protected/app/", timeout=30,
                           headers=FORGED).text
    told = claims(sent)
    assert (told["sub"], told["name"]) == (user.sub, "Ada Lovelace")
    assert "admin" not in sent and "root" not in sent


@pytest.fixture(name="membership")
def fixture_membership(stack):
    """The example of claims of one's own in docs/managing.md, and its end."""
    text = "".join(blocks("sh", ROOT / "docs" / "managing.md"))
    [make] = re.findall(r"^CREATE TABLE IF NOT EXISTS public.membership"
                        r".*?^\$\$;$", text, re.S | re.M)
    [end] = re.findall(r"^CREATE OR REPLACE [^$]*\$\$ SELECT '\{\}'.*?"
                       r"public.membership;$", text, re.S | re.M)
    stack.sql(make)
    yield
    stack.sql(end)


@pytest.mark.usefixtures("membership")
def test_require_claim(stack, make_relying_party):
    rp = make_relying_party(stack)
    rp.register(scope="openid profile email teams")
    rp.add_page("/protected/wonderland/")
    rp.start(*FORM_POST, block("apache", "Require claim"))
    alice, bob = (new_person(stack) for _ in range(2))
    stack.sql("UPDATE public.membership SET username = %s", alice.username)
    for user, status in (alice, 200), (bob, 403):
        browser, page = enter(rp, user)
        assert claims(page)["sub"] == user.sub
        seen = browser.get(rp.protected.replace("index", "wonderland/index"),
                           allow_redirects=False, timeout=30)
        assert seen.status_code == status


@pytest.mark.parametrize("how", ["sign_out_everywhere", "disable_user"])
def test_the_manager_ends_it(how, stack, make_relying_party):
    """The module is told, and asks again."""
    rp = make_relying_party(stack)
    rp.register()
    rp.start(*FORM_POST)
    user = new_person(stack)
    browser, _ = enter(rp, user)
    stack.sql(f"SELECT oauth.{how}(%s)", user.username)
    for _ in range(300):
        page = browser.get(rp.protected, allow_redirects=False, timeout=30)
        if page.is_redirect:
            break
        time.sleep(0.1)
    assert page.headers["Location"].startswith(stack.url)
