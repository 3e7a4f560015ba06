"""What clients learn of people: scopes, the claims parameter, claims of the
operator's own, pairwise subjects, offline_access."""
import json

import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken
from postern_stack import (Browser, answer, flow, get_code, pkce, redeem,
                           remember)

PERSON = {
    "name": "Ada Lovelace", "family_name": "Lovelace", "given_name": "Ada",
    "middle_name": "King", "nickname": "ada", "preferred_username": "ada",
    "profile": "https://ada.example/", "picture": "https://ada.example/p",
    "website": "https://ada.example/w", "gender": "female",
    "birthdate": "1815-12-10", "zoneinfo": "Europe/London", "locale": "en",
    "updated_at": 1311280970, "email": "ada@ada.example",
    "email_verified": True, "phone_number": "+44 1", "address": {
        "locality": "London", "country": "GB"},
    "phone_number_verified": False, "shoe_size": 37}
ALL = "openid profile email address phone"


@pytest.fixture(scope="module")
def ada(stack):
    return stack.create_user(**PERSON)


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client(scope=ALL + " offline_access calendar")


def userinfo(stack, tokens):
    r = requests.get(stack.url + "/oauth/userinfo", timeout=30, headers={
        "Authorization": "Bearer " + tokens["access_token"]})
    assert r.status_code == 200, r.text
    return r.json()


def id_claims(stack, token):
    keys = JsonWebKey.import_key_set(
        requests.get(stack.url + "/oauth/jwks", timeout=30).json())
    return dict(JsonWebToken(["RS256"]).decode(token, keys))


def learn(stack, client, user, **params):
    """-> claims of the ID token, of UserInfo."""
    tokens = flow(stack, client, user, **params)
    return id_claims(stack, tokens["id_token"]), userinfo(stack, tokens)


@pytest.mark.parametrize("scope,has", [
    ("openid", []),
    ("openid profile", [
        "name", "family_name", "given_name", "middle_name", "nickname",
        "preferred_username", "profile", "picture", "website", "gender",
        "birthdate", "zoneinfo", "locale", "updated_at"]),
    ("openid email", ["email", "email_verified"]),
    ("openid address", ["address"]),
    ("openid phone", ["phone_number", "phone_number_verified"])])
def test_scopes(stack, client, ada, scope, has):
    """OpenID Connect Core section 5.4."""
    of_token, of_userinfo = learn(stack, client, ada, scope=scope)
    assert of_userinfo == {"sub": ada.sub, **{c: PERSON[c] for c in has}}
    assert not set(of_token) & set(PERSON)


def test_what_is_not_there_is_left_out(stack, client):
    """Section 5.3.2: not null, and not empty."""
    user = stack.create_user(name="Only")
    assert learn(stack, client, user, scope=ALL)[1] == {
        "sub": user.sub, "name": "Only"}


def test_an_id_token_alone_has_the_claims(stack, ada):
    """Section 5.4: where no access token is issued to ask UserInfo with."""
    client = stack.register_client(
        scope=ALL, grant_types=["implicit"], response_types=["id_token"])
    _, _, got = get_code(stack, client, ada, response_type="id_token",
                         scope="openid email", nonce="n",
                         code_challenge=None, code_challenge_method=None)
    claims = id_claims(stack, got["id_token"])
    assert claims["email"] == PERSON["email"]
    assert "name" not in claims and "access_token" not in got


@pytest.mark.parametrize("asked,of_token,of_userinfo", [
    ({"userinfo": {"name": None}}, [], ["name"]),
    ({"id_token": {"name": {"essential": True}}}, ["name"], []),
    ({"id_token": {"email": None}, "userinfo": {"phone_number": None}},
     ["email"], ["phone_number"]),
    ({"userinfo": {"shoe_size": None}}, [], []),
    ({"userinfo": {"NAME": None, "nonsense": None}}, [], []),
    ({"userinfo": None}, [], []), ({}, [], []),
    ({"elsewhere": {"name": None}}, [], [])])
def test_single_claims(stack, client, ada, asked, of_token, of_userinfo):
    """Section 5.5."""
    got_token, got_userinfo = learn(stack, client, ada, scope="openid",
                                    claims=json.dumps(asked))
    assert set(got_token) & set(PERSON) == set(of_token)
    assert got_userinfo == {"sub": ada.sub,
                            **{c: PERSON[c] for c in of_userinfo}}


def test_single_claims_are_agreed_to(stack, ada):
    """The person sees the scope that a claim is of, and is asked for it."""
    client = stack.register_client(scope=ALL)
    browser = Browser(stack)
    get_code(stack, client, ada, browser, scope="openid")
    _, challenge = pkce()
    asked = {"client_id": client.client_id, "response_type": "code",
             "scope": "openid", "code_challenge": challenge,
             "code_challenge_method": "S256"}
    assert browser.authorize(**asked).is_redirect
    r = browser.authorize(**asked, claims='{"userinfo":{"email":null}}')
    assert "See your email" in r.text
    assert answer(browser.authorize(
        **asked, claims='{"userinfo":{"email":null}}',
        prompt="none"))["error"] == "consent_required"
    browser.consent(r)
    assert answer(browser.authorize(
        **asked, claims='{"userinfo":{"email":null}}', prompt="none"))["code"]


@pytest.fixture
def many(stack):
    """99 scopes more."""
    names = [f"many-{n}" for n in range(99)]
    stack.sql("INSERT INTO oauth.scope (name, description)"
              " SELECT n, 'x' FROM unnest(%s) n", names)
    yield names
    stack.sql("DELETE FROM oauth.scope WHERE name LIKE 'many-%%'")


@pytest.mark.parametrize("count", [98, 99])
def test_single_claims_of_one_scope_too_many(stack, ada, many, count):
    """What there is to agree to has 100 words at most, as a scope has."""
    client = stack.register_client(scope=" ".join(["openid", "email"] + many))
    browser = Browser(stack)
    get_code(stack, client, ada, browser, scope="openid")
    _, challenge = pkce()
    r = browser.authorize(
        client_id=client.client_id, response_type="code",
        scope=" ".join(["openid"] + many[:count]), code_challenge=challenge,
        code_challenge_method="S256", claims='{"userinfo":{"email":null}}')
    if count == 98:
        assert answer(browser.consent(r))["code"]
    else:
        assert answer(r)["error"] == "invalid_scope"


def test_single_claims_of_a_scope_that_is_not_the_clients(stack, ada):
    """Or registration would mean nothing."""
    client = stack.register_client(scope="openid profile")
    got = learn(stack, client, ada, scope="openid", claims=json.dumps(
        {"userinfo": {"email": {"essential": True}, "name": None},
         "id_token": {"phone_number": None}}))
    assert "phone_number" not in got[0]
    assert got[1] == {"sub": ada.sub, "name": PERSON["name"]}


def test_single_claims_come_again_with_a_refresh(stack, client, ada):
    tokens = flow(stack, client, ada, scope="openid", claims=json.dumps(
        {"id_token": {"email": None}, "userinfo": {"name": None}}))
    again = stack.token(client, grant_type="refresh_token",
                        refresh_token=tokens["refresh_token"]).json()
    assert id_claims(stack, again["id_token"])["email"] == PERSON["email"]
    assert userinfo(stack, again)["name"] == PERSON["name"]


def test_a_subject_that_is_somebody_else(stack, client, ada):
    """Section 5.5.1: another sub than whoever is signed in."""
    other = stack.create_user()
    browser = Browser(stack)
    get_code(stack, client, ada, browser, scope="openid")
    claims = json.dumps({"id_token": {"sub": {"value": other.sub}}})
    _, _, got = get_code(stack, client, ada, browser, scope="openid",
                         claims=claims, prompt="none")
    assert got["error"] == "login_required"
    claims = json.dumps({"id_token": {"sub": {"value": ada.sub}}})
    assert get_code(stack, client, ada, browser, scope="openid",
                    claims=claims, prompt="none")[0]


def test_an_essential_acr_that_can_not_be(stack, client, ada):
    claims = json.dumps({"id_token": {"acr": {
        "essential": True, "values": ["urn:example:in-person"]}}})
    _, _, got = get_code(stack, client, ada, scope="openid", claims=claims)
    assert got["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize("essential", [
    {"essential": False, "values": ["urn:example:in-person"]},
    {"values": ["urn:example:in-person"]}, {"essential": True}, None,
    {"essential": True, "value": "urn:oasis:names:tc:SAML:2.0:ac:classes:"
                                 "PasswordProtectedTransport"}])
def test_an_acr_that_is_voluntary_or_had(stack, client, ada, essential):
    claims = json.dumps({"id_token": {"acr": essential}})
    assert learn(stack, client, ada, scope="openid", claims=claims)[0]["acr"]


@pytest.fixture
def own_claims(stack):
    """A function as docs/managing.md has one."""
    stack.sql("""
        CREATE OR REPLACE FUNCTION oauth.claims_for(sub text, client_id text,
            scope text, target text) RETURNS jsonb LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT jsonb_build_object('seen_by', claims_for.target,
                'roles', jsonb_build_array('a', 'b'), 'email', 'new@x.test',
                'sub', 'evil', 'iss', 'evil', 'aud', 'evil', 'exp', 1,
                'nothing', NULL)
             WHERE 'calendar' = ANY (string_to_array(claims_for.scope, ' '))
        $$""")
    yield
    stack.sql("""
        CREATE OR REPLACE FUNCTION oauth.claims_for(sub text, client_id text,
            scope text, target text) RETURNS jsonb LANGUAGE sql STABLE
        AS $$ SELECT '{}'::jsonb $$""")


def test_claims_of_the_operators_own(stack, client, ada, own_claims):
    of_token, of_userinfo = learn(stack, client, ada,
                                  scope="openid email calendar")
    assert of_token["seen_by"] == "id_token"
    assert of_token["iss"] == stack.url and of_token["sub"] == ada.sub
    assert of_token["aud"] == client.client_id and of_token["exp"] > 1
    assert "email" not in of_token
    assert of_userinfo == {
        "sub": ada.sub, "email": "new@x.test", "email_verified": True,
        "seen_by": "userinfo", "roles": ["a", "b"], "nothing": None}


def test_claims_of_the_operators_own_by_scope(stack, client, ada, own_claims):
    """What the function gives for one scope it need not for another: here it
    gives NULL."""
    assert learn(stack, client, ada, scope="openid email")[1] == {
        "sub": ada.sub, "email": PERSON["email"], "email_verified": True}


@pytest.mark.parametrize("access", ["opaque", "jwt"])
def test_claims_of_the_operators_own_after_a_narrower_refresh(
        stack, client, ada, own_claims, access):
    """RFC 6749 section 6: what it was not asked for is not told."""
    one = stack.register_client(scope="openid email calendar",
                                access_token_format=access)
    first = flow(stack, one, ada, scope="openid email calendar")
    assert userinfo(stack, first)["seen_by"] == "userinfo"
    for scope, seen in (("openid", False), ("calendar openid", True)):
        first = stack.token(one, grant_type="refresh_token", scope=scope,
                            refresh_token=first["refresh_token"]).json()
        assert ("seen_by" in id_claims(stack, first["id_token"])) is seen
        assert ("seen_by" in userinfo(stack, first)) is seen


def test_claims_of_the_operators_own_of_a_scope_that_was_lost(
        stack, ada, own_claims):
    """By its client, since."""
    one = stack.register_client(scope="openid calendar")
    first = flow(stack, one, ada, scope="openid calendar")
    stack.sql("UPDATE oauth.client SET scope = 'openid' WHERE client_id = %s",
              one.client_id)
    then = stack.token(one, grant_type="refresh_token",
                       refresh_token=first["refresh_token"]).json()
    assert then["scope"] == "openid"
    assert "seen_by" not in id_claims(stack, then["id_token"])


def test_claims_of_the_operators_own_are_of_people(stack, own_claims):
    """The function is not asked about a client's own JWT: it may refuse to
    know nobody."""
    stack.sql("""
        CREATE OR REPLACE FUNCTION oauth.claims_for(sub text, client_id text,
            scope text, target text) RETURNS jsonb LANGUAGE plpgsql STABLE
        AS $$ BEGIN
            IF sub IS NULL THEN RAISE 'of nobody'; END IF;
            RETURN '{}';
        END $$""")
    one = stack.register_client(grant_types=["client_credentials"],
                                access_token_format="jwt")
    token = stack.token(one, grant_type="client_credentials").json()
    seen = stack.post("/oauth/introspect", {"token": token["access_token"]},
                      one)
    assert seen.json()["active"] is True, seen.text


def register_pairwise(stack, *hosts, **metadata):
    return stack.register_client(**{
        "scope": "openid", "subject_type": "pairwise",
        "redirect_uris": [f"https://{h}/cb" for h in hosts], **metadata})


def subject(stack, client, user, host):
    uri = f"https://{host}/cb"
    code, verifier, _ = get_code(stack, client, user, scope="openid",
                                 redirect_uri=uri)
    tokens = redeem(stack, client, code, verifier, redirect_uri=uri).json()
    of_token = id_claims(stack, tokens["id_token"])["sub"]
    seen = stack.post("/oauth/introspect", {"token": tokens["access_token"]},
                      client).json()["sub"]
    assert of_token == userinfo(stack, tokens)["sub"] == seen
    return of_token


def test_pairwise(stack, ada):
    """Section 8.1: the same for clients of one sector, and nothing that two
    sectors could put together."""
    one = register_pairwise(stack, "a.test")
    two = register_pairwise(stack, "a.test")
    other = register_pairwise(stack, "b.test")
    first = subject(stack, one, ada, "a.test")
    assert first == subject(stack, one, ada, "a.test")
    assert first == subject(stack, two, ada, "a.test")
    assert first != subject(stack, other, ada, "b.test")
    assert first != subject(stack, one, stack.create_user(), "a.test")
    assert ada.sub not in first and len(first) == 43
    assert stack.sql("SELECT oauth.subject_of(%s, %s)", ada.username,
                     one.client_id) == [(first,)]


def test_pairwise_by_sector_identifier_uri(stack, ada):
    one = register_pairwise(stack, "a.test")
    both = register_pairwise(stack, "c.test", "d.test",
                             sector_identifier_uri="https://A.test/all.json")
    assert subject(stack, one, ada, "a.test") == subject(
        stack, both, ada, "d.test")


def test_pairwise_of_several_hosts_needs_a_sector(stack):
    with pytest.raises(Exception, match="sector_identifier_uri"):
        register_pairwise(stack, "a.test", "b.test")


@pytest.mark.parametrize("access", ["opaque", "jwt"])
@pytest.mark.parametrize("scope,known", [
    ("openid", False), ("openid profile", True)])
def test_pairwise_and_the_username(stack, ada, access, scope, known):
    """It is the same for all clients, and so it comes with the profile."""
    client = register_pairwise(stack, "a.test", access_token_format=access,
                               scope="openid profile")
    tokens = flow(stack, client, ada, scope=scope,
                  redirect_uri="https://a.test/cb")
    for token in tokens["access_token"], tokens["refresh_token"]:
        seen = stack.post("/oauth/introspect", {"token": token},
                          client).json()
        assert seen["active"] and seen["sub"] != ada.sub
        assert seen.get("username") == (ada.username if known else None)
    assert stack.me(tokens["access_token"]).json() == {
        "id": seen["sub"], **({"username": ada.username} if known else {})}


@pytest.mark.parametrize("access", ["opaque", "jwt"])
def test_pairwise_and_the_username_after_a_narrower_refresh(stack, ada,
                                                            access):
    """Of whom a token for less is shown to, nobody learns the username."""
    client = register_pairwise(stack, "a.test", access_token_format=access,
                               scope="openid profile")
    token = flow(stack, client, ada, scope="openid profile",
                 redirect_uri="https://a.test/cb")["refresh_token"]
    for scope, known in (("openid", False), ("profile openid", True)):
        access_token = stack.token(
            client, grant_type="refresh_token", refresh_token=token,
            scope=scope).json()["access_token"]
        remember(access_token)
        seen = stack.post("/oauth/introspect", {"token": access_token},
                          client).json()
        assert seen["active"]
        for told in seen, stack.me(access_token).json():
            assert ("username" in told) is known


def test_pairwise_hint(stack, ada):
    """The hint has the subject that this client knows."""
    client = register_pairwise(stack, "a.test")
    browser = Browser(stack)
    tokens = flow(stack, client, ada, browser, scope="openid")
    assert get_code(stack, client, ada, browser, scope="openid",
                    id_token_hint=tokens["id_token"], prompt="none")[0]


@pytest.mark.parametrize("prompt,granted", [("consent", True), (None, False),
                                            ("login", False)])
def test_offline_access(stack, client, ada, prompt, granted):
    """Section 11, attack 60: only where the person is asked."""
    tokens = flow(stack, client, ada, prompt=prompt,
                  scope="openid offline_access")
    assert ("offline_access" in tokens["scope"].split()) is granted


@pytest.mark.parametrize("registered,granted", [
    ("profile email offline_access", "profile"),    # the default one
    ("email offline_access", None)])
def test_nothing_but_offline_access(stack, ada, registered, granted):
    """Ignored, it leaves a request without a scope, and never a token of
    nothing that says nothing of that (RFC 6749 sections 3.3 and 5.1)."""
    client = stack.register_client(scope=registered)
    code, verifier, got = get_code(stack, client, ada,
                                   scope="offline_access")
    if granted:
        r = redeem(stack, client, code, verifier)
        assert r.json()["scope"] == granted
        remember(*(r.json()[t] for t in ("access_token", "refresh_token")))
    else:
        assert got["error"] == "invalid_scope"
    # Where it counts, it is as good as any.
    assert flow(stack, client, ada, scope="offline_access",
                prompt="consent")["scope"] == "offline_access"


def test_offline_access_without_refresh_tokens(stack, ada):
    client = stack.register_client(scope="openid offline_access",
                                   grant_types=["authorization_code"])
    tokens = flow(stack, client, ada, prompt="consent",
                  scope="openid offline_access")
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens


@pytest.mark.parametrize("claims", [
    "[]", "1", '"x"', "{", '{"userinfo":[]}', '{"id_token":1}',
    '{"userinfo":{"a":1,"a":2}}', '{"userinfo":{"a":"\\u0000"}}',
    "{" + '"a":{' * 40 + "}" * 41, "\ufeff{}"])
def test_claims_that_are_none(stack, client, ada, claims):
    """Attack 26."""
    _, _, got = get_code(stack, client, ada, scope="openid", claims=claims)
    assert got["error"] == "invalid_request"
    assert "JSON object as in OpenID Connect Core" in got["error_description"]


def test_claims_of_a_megabyte(stack, client):
    r = requests.post(stack.url + "/oauth/authorize", timeout=30, data={
        "client_id": client.client_id, "response_type": "code",
        "claims": "[" * 1000000})
    assert r.status_code == 413
