"""The modules of OpenID certification's plans "Basic OP" and "Form Post OP",
each by its name; the second are the first with response_mode=form_post."""
import json
import time

import pytest
import requests
from certification import CB, DESCRIPTION, Flow, discover, is_page
from client_jwt import b64, new_key, public, sign
from postern_stack import Browser, Client, pkce, remember

ACR = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SCOPES = "openid profile email address phone"
MODES = [pytest.param(None, id="basic"),
         pytest.param("form_post", id="form_post")]
# What is scoped to each, and what the person below has.
PROFILE = {"name", "given_name", "family_name", "preferred_username",
           "updated_at"}
EMAIL, PHONE = {"email", "email_verified"}, {
    "phone_number", "phone_number_verified"}


@pytest.fixture(scope="module")
def key():
    return new_key()


def register(stack, **metadata):
    """As the suite is told of a static client: no PKCE asked for."""
    return stack.register_client(**{
        "redirect_uris": [CB], "require_pkce": False,
        "scope": SCOPES + " offline_access",
        "grant_types": ["authorization_code", "refresh_token"], **metadata})


@pytest.fixture(scope="module")
def client(stack, key):
    return register(stack, jwks=public(key))


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user(
        name="Buffy Summers", given_name="Buffy", family_name="Summers",
        preferred_username="buffy", updated_at=1700000000,
        email="buffy@host.test", email_verified=True,
        address={"formatted": "1630 Revello Drive", "country": "US"},
        phone_number="+1 555 0100", phone_number_verified=False)


@pytest.fixture(params=MODES)
def mode(request):
    return request.param


@pytest.fixture
def flow(stack, client, user, mode):
    return Flow(stack, client, user, mode)


# -- what is used up first, so that it is old at the end of the file

@pytest.fixture(scope="module")
def spent(stack, client, user):
    """Codes that have been redeemed, with what they bought, and when."""
    made = {}
    for m in (None, "form_post"):
        f = Flow(stack, client, user, m)
        code = f.code()
        made[m] = f, code, f.redeem(code).answer["access_token"]
    return made, time.monotonic()


# -- the modules

def test_oidcc_server(flow, spent):
    assert spent
    tokens = flow.sign_in()
    assert "name" not in tokens.claims
    assert set(flow.userinfo(tokens.answer["access_token"])) == {"sub"}


def test_oidcc_response_type_missing(flow):
    r = flow.go_on(flow.ask(response_type=None))
    assert flow.error(r) in ("unsupported_response_type", "invalid_request")


@pytest.fixture
def dynamic(stack, setting):
    """A client that has registered itself, as the suite does."""
    setting(registration="open", registration_address_limit=1000)

    def make(**metadata):
        return requests.post(discover(stack)["registration_endpoint"], json={
            "redirect_uris": [CB], **metadata}, timeout=30,
            verify=stack.verify)

    return make


def test_oidcc_idtoken_signature(stack, user, mode, dynamic):
    told = dynamic(scope="openid").json()
    remember(told["client_secret"], told["registration_access_token"])
    # PKCE is asked of those who register themselves.
    verifier, challenge = pkce()
    f = Flow(stack, Client(told["client_id"], told["client_secret"]), user,
             mode)
    tokens = f.redeem(f.code(code_challenge=challenge,
                             code_challenge_method="S256"),
                      code_verifier=verifier)
    assert tokens.header["alg"] == "RS256" and tokens.header["kid"]


def test_oidcc_idtoken_unsigned(stack, dynamic):
    """Not offered, not advertised."""
    assert "none" not in discover(stack)[
        "id_token_signing_alg_values_supported"]
    r = dynamic(id_token_signed_response_alg="none")
    assert r.status_code == 400
    assert r.json()["error"] == "invalid_client_metadata"


def ask_userinfo(flow, method, body):
    tokens = flow.sign_in()
    told = flow.userinfo(tokens.answer["access_token"], method, body)
    assert told["sub"] == tokens.claims["sub"]


def test_oidcc_userinfo_get(flow):
    ask_userinfo(flow, "GET", False)


def test_oidcc_userinfo_post_header(flow):
    ask_userinfo(flow, "POST", False)


def test_oidcc_userinfo_post_body(flow):
    ask_userinfo(flow, "POST", True)


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(flow):
    assert "nonce" not in flow.sign_in(nonce=None).claims


def learn(flow, scope):
    """-> the names of the claims of UserInfo."""
    tokens = flow.sign_in(scope=scope)
    told = flow.userinfo(tokens.answer["access_token"])
    return set(told) - {"sub"}


def test_oidcc_scope_profile(flow):
    assert learn(flow, "openid profile") == PROFILE


def test_oidcc_scope_email(flow):
    assert learn(flow, "openid email") == EMAIL


def test_oidcc_scope_address(flow):
    assert learn(flow, "openid address") == {"address"}


def test_oidcc_scope_phone(flow):
    assert learn(flow, "openid phone") == PHONE


def test_oidcc_scope_all(flow):
    assert learn(flow, SCOPES) == PROFILE | EMAIL | PHONE | {"address"}


def test_oidcc_alternate_happy_flow(flow):
    """The order of words and of parameters is irrelevant."""
    r = flow.ask(scope=" ".join(reversed(SCOPES.split())))
    sent = dict(reversed(list(flow.sent.items())))
    r = flow.browser.follow(flow.browser.get(
        flow.op["authorization_endpoint"], params=sent, timeout=30,
        allow_redirects=False))
    told = flow.told(flow.go_on(r))
    assert flow.redeem(told["code"]).claims["sub"]


def show(flow, display):
    r = flow.ask(display=display)
    assert r.status_code == 200 and 'name="password"' in r.text
    told = flow.told(flow.go_on(r))
    assert flow.redeem(told["code"])


def test_oidcc_display_page(flow):
    show(flow, "page")


def test_oidcc_display_popup(flow):
    show(flow, "popup")


def sign_in_long_ago(flow, **params):
    """Somebody has been signed in for a minute, which is not waited for ->
    Tokens.  Else "now" could not be told from what auth_time is to be."""
    flow.sign_in()
    flow.stack.sql("UPDATE oauth.session SET auth_time = now() - interval"
                   " '1 minute' WHERE user_id = (SELECT user_id FROM"
                   " oauth.end_user WHERE sub = %s)", flow.user.sub)
    tokens = flow.sign_in(**params)
    assert not flow.asked
    assert tokens.claims["auth_time"] <= time.time() - 60
    return tokens


def test_oidcc_prompt_login(flow):
    first = sign_in_long_ago(flow)
    second = flow.sign_in(prompt="login")
    assert flow.asked
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_prompt_none_not_logged_in(flow):
    assert flow.error(flow.ask(prompt="none")) in (
        "login_required", "interaction_required", "consent_required",
        "account_selection_required")


def straight_away(flow, **params):
    """Again, and nobody is asked anything -> Tokens."""
    return flow.redeem(flow.told(flow.ask(**params))["code"])


def same(first, second):
    return all(first.claims[name] == second.claims[name]
               for name in ("sub", "auth_time", "iss", "aud"))


def test_oidcc_prompt_none_logged_in(flow):
    first = sign_in_long_ago(flow)
    assert same(first, straight_away(flow, prompt="none"))


def test_oidcc_max_age_1(flow):
    first = sign_in_long_ago(flow)
    second = flow.sign_in(max_age=1)
    assert flow.asked
    assert second.claims["auth_time"] > first.claims["auth_time"]


def test_oidcc_max_age_10000(flow):
    first = sign_in_long_ago(flow, max_age=15000)
    assert same(first, straight_away(flow, max_age=10000))


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(flow):
    assert flow.sign_in(extra="foobar")


def test_oidcc_id_token_hint(flow):
    first = sign_in_long_ago(flow)
    assert same(first, straight_away(
        flow, prompt="none", id_token_hint=first.answer["id_token"]))


def test_oidcc_login_hint(flow):
    r = flow.ask(login_hint='buffy@host.test"><b>')
    assert 'value="buffy@host.test&quot;&gt;&lt;b&gt;"' in r.text
    assert flow.redeem(flow.told(flow.go_on(r))["code"])


def test_oidcc_ui_locales(flow):
    assert flow.sign_in(ui_locales="se")


def test_oidcc_claims_locales(flow):
    assert flow.sign_in(claims_locales="se")


@pytest.mark.parametrize("values", [ACR, "1 2"], ids=["ours", "others"])
def test_oidcc_ensure_request_with_acr_values_succeeds(flow, values):
    assert flow.sign_in(acr_values=values).claims["acr"] == ACR


def refused(r):
    assert r.status_code == 400
    assert r.headers["Content-Type"].startswith("application/json")
    assert "no-store" in r.headers["Cache-Control"]
    assert r.json()["error"] == "invalid_grant"
    assert DESCRIPTION.fullmatch(r.json()["error_description"])
    return True


def test_oidcc_codereuse(flow):
    code = flow.code()
    assert flow.redeem(code)
    assert refused(flow.ask_token(code=code))


def test_oidcc_ensure_registered_redirect_uri(flow):
    uri = "https://evil.test/not-registered"
    assert is_page(flow.ask(redirect_uri=uri), uri)


def test_oidcc_ensure_post_request_succeeds(flow):
    assert flow.redeem(flow.code("POST"))


def test_oidcc_server_client_secret_post(stack, user, mode):
    f = Flow(stack, register(
        stack, token_endpoint_auth_method="client_secret_post"), user, mode)
    assert f.redeem(f.code(), post=True)


def unsigned(flow):
    said = {"client_id": flow.client.client_id, "response_type": "code",
            "redirect_uri": CB, "scope": "openid", "state": "inside"}
    return f'{b64(json.dumps({"alg": "none"}))}.{b64(json.dumps(said))}.'


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(  # noqa: E501
        flow):
    """Rejected; "none" is not advertised."""
    assert "none" not in flow.op[
        "request_object_signing_alg_values_supported"]
    assert flow.error(flow.ask(
        request_uri="https://client.test/object")) in (
            "request_uri_not_supported", "invalid_request_uri")


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(  # noqa: E501
        flow):
    """Rejected, and not ignored."""
    assert flow.error(flow.ask(request=unsigned(flow))) in (
        "request_not_supported", "invalid_request_object")


def test_oidcc_claims_essential(flow):
    tokens = flow.sign_in(claims=json.dumps(
        {"userinfo": {"name": {"essential": True}}}))
    told = flow.userinfo(tokens.answer["access_token"])
    assert told == {"sub": tokens.claims["sub"], "name": "Buffy Summers"}


def test_oidcc_ensure_request_object_with_redirect_uri(flow, key):
    """The one inside is used."""
    said = {"client_id": flow.client.client_id, "response_type": "code",
            "redirect_uri": CB, "scope": "openid", "state": "inside",
            "response_mode": flow.mode or "query"}
    r = flow.ask(request=sign(key, said), redirect_uri="https://evil.test/")
    flow.sent.update(state="inside")
    flow.sent.pop("nonce")
    assert flow.redeem(flow.told(flow.go_on(r))["code"])


def test_oidcc_refresh_token(stack, flow, user, mode):
    assert "refresh_token" in flow.op["grant_types_supported"]
    other = Flow(stack, register(stack), user, mode)
    first, second = (
        sign_in_long_ago(f, scope="openid offline_access", prompt="consent")
        for f in (flow, other))
    for f, tokens in (flow, first), (other, second):
        again = f.read(f.ask_token(
            grant_type="refresh_token",
            refresh_token=tokens.answer["refresh_token"]), nonce=False)
        assert same(tokens, again)
        assert f.userinfo(again.answer["access_token"])["sub"] \
            == tokens.claims["sub"]
    assert refused(flow.ask_token(
        grant_type="refresh_token",
        refresh_token=second.answer["refresh_token"]))


def test_oidcc_ensure_request_with_valid_pkce_succeeds(flow):
    verifier, challenge = pkce()
    code = flow.code(code_challenge=challenge, code_challenge_method="S256")
    assert flow.redeem(code, code_verifier=verifier)


def test_a_form_post_is_escaped(stack, client, user):
    """What the plan of form_post adds: no value gets out of its field, and
    errors are posted, too."""
    f = Flow(stack, client, user, "form_post")
    state = '"><script>alert(1)</script>&amp;\''
    r = f.go_on(f.ask(state=state))
    assert "<script>alert" not in r.text
    assert f.told(r)["code"]
    f.browser = Browser(stack)
    r = f.ask(prompt="none", state=state)
    assert "<script>alert" not in r.text
    assert f.error(r) == "login_required"


def test_oidcc_codereuse_30seconds(spent, mode):
    """Last of all, so that there is little left to wait."""
    made, began = spent
    time.sleep(max(0, began + 30 - time.monotonic()))
    f, code, access_token = made[mode]
    assert refused(f.ask_token(code=code))
    r = requests.get(f.op["userinfo_endpoint"], timeout=30, headers={
        "Authorization": "Bearer " + access_token}, verify=f.stack.verify)
    assert r.status_code == 401
