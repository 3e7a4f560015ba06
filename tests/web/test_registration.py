"""Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client
Registration); Authlib's cases by their names."""
import json
import re

import pytest
from client_assertion import claims, form
from client_jwt import new_key, public, sign
from postern_stack import Client, flow, remember
from registering import (  # noqa: F401
    CB, fixture_opened, initial_token, is_error, is_refused, manage, post,
    register, replace, send)

# -- RFC 7591 section 3.2.1

def test_create_client(stack):
    answer = post(stack, {"redirect_uris": [CB], "client_name": "Authlib"})
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    remember(told["client_secret"], told["registration_access_token"])
    assert told["client_name"] == "Authlib"
    assert re.fullmatch(r"pcs_[A-Za-z0-9_-]{43}", told["client_secret"])
    assert told["client_secret_expires_at"] == 0
    assert isinstance(told["client_id_issued_at"], int)
    assert told["registration_client_uri"] == \
        f"{stack.url}/oauth/register/{told['client_id']}"
    assert told["redirect_uris"] == [CB]
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["application_type"] == "web"
    assert told["require_auth_time"] is False
    assert not {"audience", "access_token_format", "client_secret_verifier",
                "registration_access_token_hash"} & set(told)


@pytest.fixture(name="each_opened")
def fixture_each_opened(each_stack):
    [before] = each_stack.sql("SELECT registration, registration_address_limit"
                              " FROM oauth.setting")
    change = ("UPDATE oauth.setting SET registration = %s,"
              " registration_address_limit = %s")
    each_stack.sql(change, "open", 100000)
    yield each_stack
    each_stack.sql(change, *before)


def test_it_signs_in(each_opened):
    each_stack = each_opened
    told = register(each_stack, scope="profile")
    client = Client(told["client_id"], told["client_secret"])
    user = each_stack.create_user()
    tokens = flow(each_stack, client, user)
    assert each_stack.me(tokens["access_token"]).json()["id"] == user.sub
    assert replace(each_stack, told, client_name="x").json()[
        "client_name"] == "x"
    assert manage(each_stack, told).json()["client_name"] == "x"
    assert manage(each_stack, told, "DELETE").status_code == 204
    assert each_stack.me(tokens["access_token"]).status_code == 401
    assert manage(each_stack, told).status_code == 401


def test_get_is_no_registration(stack):
    for method in ("GET", "PUT", "DELETE"):
        r = send(stack, method, stack.url + "/oauth/register")
        assert r.status_code == 405 and "POST" in r.headers["Allow"]


# -- who may

def test_off(stack, setting):
    """The default; and the metadata do not speak of it."""
    setting(registration="off")
    is_error(post(stack, {"redirect_uris": [CB]}), 403, "access_denied")
    is_error(post(stack, {"redirect_uris": [CB]}, initial_token(stack)), 403,
             "access_denied")
    document = stack.url + "/.well-known/openid-configuration"
    assert "registration_endpoint" not in send(stack, "GET", document).json()
    setting(registration="open")
    assert send(stack, "GET", document).json()[
        "registration_endpoint"] == stack.url + "/oauth/register"


def test_access_denied(stack, setting):
    """Authlib's: nobody without an initial access token."""
    setting(registration="token")
    for token in (None, "x", "pit0_" + "A" * 43, "prg0_" + "A" * 43, ""):
        answer = post(stack, {"redirect_uris": [CB]}, token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["error"] == "invalid_token"


def test_initial_access_token(stack, setting):
    setting(registration="token")
    token = initial_token(stack)
    # What is refused uses nothing up.
    is_error(post(stack, {"redirect_uris": ["x"]}, token), 400,
             "invalid_redirect_uri")
    assert register(stack, token)["client_id"]
    assert post(stack, {"redirect_uris": [CB]}, token).status_code == 401
    twice = initial_token(stack, 2, "1 hour")
    assert register(stack, twice) and register(stack, twice)
    assert post(stack, {"redirect_uris": [CB]}, twice).status_code == 401
    old = initial_token(stack, 1, "1 hour")
    stack.sql("UPDATE oauth.initial_access_token SET expires_at = now()")
    assert post(stack, {"redirect_uris": [CB]}, old).status_code == 401


def test_a_bad_initial_token_where_it_is_open(stack):
    """Who sends one means it."""
    assert post(stack, {"redirect_uris": [CB]}, "x").status_code == 401


def test_so_many_from_one_address(stack, setting):
    setting(registration_address_limit=0)
    answer = post(stack, {"redirect_uris": [CB]})
    is_error(answer, 429, "temporarily_unavailable")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("there, again, may", [
    ("2001:db8:0:1::1", "2001:db8:0:1::1", False),
    ("2001:db8:0:1::1", "2001:DB8:0:1:ffff::2", False),
    ("2001:db8:0:1::1", "2001:db8:0:2::1", True),
    ("192.0.2.1", "192.0.2.1", False), ("192.0.2.1", "192.0.2.2", True),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1", False),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.2", True),
    ("unix:", "unix:", False), ("unix:", "unix:2", True),
    (None, "192.0.2.1", True)])
def test_so_many_from_one_host(stack, setting, there, again, may):
    """An IPv6 host has a whole /64 to choose from."""
    setting(registration_address_limit=1)
    [[event]] = stack.sql(
        "INSERT INTO oauth.client_event (client_id, what, who, address)"
        " VALUES ('gone', 'registered', 'a client', %s) RETURNING event_id",
        there)
    try:
        assert stack.sql("SELECT oauth.may_register(%s)", again) == [(may,)]
    finally:
        stack.sql("DELETE FROM oauth.client_event WHERE event_id = %s", event)


def test_so_many_in_all(stack, setting):
    [[there]] = stack.sql(
        "SELECT count(*) FROM oauth.client"
        " WHERE registration_access_token_hash IS NOT NULL")
    setting(registration_limit=there + 1)
    register(stack)
    is_error(post(stack, {"redirect_uris": [CB]}), 429,
             "temporarily_unavailable")


# -- what they may have: Authlib's, by their names

def test_invalid_request(stack):
    is_error(post(stack, {}), 400, "invalid_request")
    for body in (b"", b"[]", b"1", b"{", b'{"a":1,}', b'{"a":1}x', b"\xff",
                 b'{"redirect_uris":["' + CB.encode() + b'\\u0000"]}',
                 b"\xef\xbb\xbf{}", b'{"client_name":"\\ud800"}',
                 b'{"default_max_age":NaN}', b'{"a\\u0000b":1}',
                 b'{"client_name":"a\0b"}',
                 b'{"a":' * 2000 + b"1" + b"}" * 2000,
                 b'{"client_name":"a","client_name":"b"}',
                 b'{"client_name":"a","client_\\u006eame":"b"}',
                 b'{"x":{"a":1,"a":2}}'):
        is_error(post(stack, body), 400, "invalid_request")
    for kind in ("application/x-www-form-urlencoded", "text/plain", "",
                 "application/json2"):
        is_error(post(stack, {"redirect_uris": [CB]},
                      **{"Content-Type": kind}), 400, "invalid_request")
    r = post(stack, {"redirect_uris": [CB], "x": "y" * 70000})
    assert r.status_code == 413
    assert register(stack, client_name="é \U0001f511")[
        "client_name"] == "é \U0001f511"


def test_content_types(stack):
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON",
                 "application/json ;x"):
        assert post(stack, {"redirect_uris": [CB]},
                    **{"Content-Type": kind}).status_code == 201


def test_much_of_it(stack):
    """Attacks 16 and 23."""
    uris = [f"https://client.test/{i}" for i in range(64)]
    assert register(stack, redirect_uris=uris)["redirect_uris"] == uris
    is_refused(stack, "invalid_redirect_uri", redirect_uris=uris + [CB])
    told = register(stack, scope="openid " * 500 + "\temail  openid",
                    **{f"m{i}": 1 for i in range(3000)})
    assert told["scope"] == "openid email" and "m1" not in told
    answer = post(stack, b'{"redirect_uris":["' + CB.encode()
                  + b'"],"default_max_age":1e400000}')
    is_error(answer, 400, "invalid_request")
    for number in (-1, 0.5, 2 ** 31, "60"):
        is_refused(stack, default_max_age=number)


def test_nothing_is_reflected_raw(stack):
    for scope in ('openid "', "openid \\", "openid \x01", "openid é"):
        is_refused(stack, word="scope", scope=scope)
    for name in ("", "a\u202eb", "a\nb", "x" * 201):
        is_refused(stack, word="client_name", client_name=name)
    for member in ("client_uri", "logo_uri", "tos_uri", "policy_uri"):
        for uri in ("javascript:x", "data:text/html,x", "x", "",
                    'https://a.test/"', "https://user@a.test/"):
            is_refused(stack, word=member, **{member: uri})


def test_scopes_supported(stack, setting):
    assert register(stack, scope="openid email")["scope"].split() == [
        "openid", "email"]
    is_refused(stack, word="scope", scope="openid nonsense")
    setting(registration_scope="openid")
    is_refused(stack, word="scope", scope="openid email")
    assert register(stack)["scope"] == "openid"


def test_response_types_supported(stack, setting):
    setting(registration_grant_types=["authorization_code", "implicit",
                                      "refresh_token"])
    assert register(stack)["response_types"] == ["code"]
    told = register(stack, response_types=["id_token code"],
                    application_type="native")
    assert told["response_types"] == ["code id_token"]
    assert set(told["grant_types"]) == {"authorization_code", "implicit"}
    for types in (["none"], ["code magic"], ["code", ""], "code", [1], {}):
        is_refused(stack, response_types=types)


def test_grant_types_supported(stack):
    assert register(stack)["grant_types"] == ["authorization_code"]
    assert set(register(stack, grant_types=[
        "authorization_code", "refresh_token"])["grant_types"]) == {
            "authorization_code", "refresh_token"}
    for types in (["password"], ["client_credentials"], ["implicit"],
                  ["authorization_code", "magic"], "authorization_code"):
        is_refused(stack, grant_types=types)


def test_types_that_do_not_fit(stack):
    """A type whose grant was not asked for is refused; more grants, or a
    type of an agent without a browser, are left out."""
    is_refused(stack, response_types=["code id_token"],
               grant_types=["authorization_code"])
    told = register(stack, response_types=["code"],
                    grant_types=["authorization_code", "implicit"])
    assert told["grant_types"] == ["authorization_code"]
    told = register(stack, response_types=["token"], grant_types=[
        "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"])
    assert told["response_types"] == []


def test_token_endpoint_auth_methods_supported(stack):
    for method in ("client_secret_basic", "client_secret_post", "none"):
        told = register(stack, token_endpoint_auth_method=method)
        assert told["token_endpoint_auth_method"] == method
        assert ("client_secret" in told) == (method != "none")
    told = register(stack, token_endpoint_auth_method="client_secret_jwt")
    assert "client_secret" in told
    is_refused(stack, token_endpoint_auth_method="tls_client_auth")
    is_refused(stack, token_endpoint_auth_method="private_key_jwt",
               word="jwks")


def test_private_key_jwt(stack):
    key = new_key()
    told = register(stack, token_endpoint_auth_method="private_key_jwt",
                    jwks=public(key), grant_types=["authorization_code"])
    assert "client_secret" not in told
    assert told["jwks"] == public(key)
    r = stack.post("/oauth/par", {
        **form(sign(key, claims(stack, told["client_id"]))),
        "response_type": "code", "redirect_uri": CB, "code_challenge":
        "A" * 43, "code_challenge_method": "S256"})
    assert r.status_code == 201, r.text


def test_validate_contacts(stack):
    assert register(stack, contacts=["a@client.test"])["contacts"] == [
        "a@client.test"]
    is_refused(stack, word="contacts", contacts="a@client.test")


def test_validate_jwks(stack):
    key = new_key()
    assert register(stack, jwks=public(key))["jwks"] == public(key)
    is_refused(stack, word="jwks", jwks=public(key),
               jwks_uri="https://client.test/jwks")
    is_refused(stack, word="jwks", jwks={"keys": []})
    is_refused(stack, word="jwks", jwks={"keys": "hello"})
    is_refused(stack, word="public", jwks={
        "keys": [key.export(as_dict=True)]})


def test_application_type(stack):
    assert register(stack)["application_type"] == "web"
    assert register(stack, application_type="native",
                    redirect_uris=["com.example.app:/cb"])[
                        "application_type"] == "native"
    is_refused(stack, application_type="invalid")


def test_token_endpoint_auth_signing_alg(stack):
    key = new_key()
    assert register(stack, token_endpoint_auth_method="private_key_jwt",
                    jwks=public(key), token_endpoint_auth_signing_alg="ES256")
    for alg in ("none", "HS256", "RS512", "x"):
        is_refused(stack, token_endpoint_auth_method="private_key_jwt",
                   jwks=public(key), token_endpoint_auth_signing_alg=alg)


def test_subject_types(stack):
    told = register(stack, subject_type="pairwise")
    assert told["subject_type"] == "pairwise"
    is_refused(stack, subject_type="invalid")
    is_refused(stack, subject_type="pairwise", redirect_uris=[
        CB, "https://other.test/cb"])


DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.mark.parametrize("members", [
    {"redirect_uris": [CB, "com.example.evil:/cb"]},
    {"grant_types": ["authorization_code", DEVICE]},
    {"grant_types": [DEVICE], "redirect_uris": [CB]}])
def test_the_subjects_of_another_host(stack, members):
    """Its sector is of who has people sent there, and not of whoever names
    it: no device learns by it whom that host knows."""
    assert register(stack, **members)
    is_refused(stack, subject_type="pairwise", word="pairwise", **members)
    told = register(stack, subject_type="pairwise")
    is_error(replace(stack, told, subject_type="pairwise", **members), 400,
             "invalid_client_metadata", "pairwise")
    # Unless the operator knows it.
    stack.sql("SELECT oauth.change_client(%s, %s)", told["client_id"],
              json.dumps(members))
    assert replace(stack, told, subject_type="pairwise",
                   **members).status_code == 200


@pytest.mark.parametrize("member", [
    "id_token_signed_response_alg", "userinfo_signed_response_alg",
    "request_object_signing_alg", "authorization_signed_response_alg",
    "introspection_signed_response_alg"])
def test_signing_algs(stack, member):
    """id_token_signing_alg, userinfo and request_object signing alg; none."""
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        assert register(stack, **{member: alg})[member] == alg
    for alg in ("none", "HS256", "RS1", 256, ["RS256"]):
        is_refused(stack, **{member: alg})


def test_default_signing_alg(stack):
    assert register(stack)["id_token_signed_response_alg"] == "RS256"


@pytest.mark.parametrize("what", [
    "id_token_encrypted_response", "userinfo_encrypted_response",
    "request_object_encryption", "authorization_encrypted_response",
    "introspection_encrypted_response"])
def test_encryption(stack, what):
    is_refused(stack, **{what + "_alg": "RSA-OAEP"})
    is_refused(stack, **{what + "_enc": "A128CBC-HS256"})


def test_default_acr_values(stack):
    acr = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    assert register(stack, default_acr_values=[acr])[
        "default_acr_values"] == [acr]
    is_refused(stack, default_acr_values=["0"])


@pytest.mark.parametrize("member", ["require_auth_time",
                                    "require_signed_request_object"])
def test_booleans(stack, member):
    assert register(stack)[member] is False
    assert register(stack, **{member: True})[member] is True
    for wrong in ("true", "invalid", 1, []):
        is_refused(stack, **{member: wrong})


@pytest.mark.parametrize("uri", [
    CB + "?code=x&state=y", "https://*.client.test/cb",
    "https://client.test/../cb", CB + "#fragment", "javascript:alert(1)", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "about:blank", "client.test/cb", "",
    "https://client.test/\ncb", "https://client.test/%", "https://",
    "http://client.test/cb", "https://user@client.test/cb", "x" * 3000, 1,
    None, {"a": 1}], ids=range(20))
def test_redirect_uris(stack, uri):
    """Attacks 3, 5 and 12."""
    answer = post(stack, {"redirect_uris": [uri]})
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_redirect_uri",
                                      "invalid_client_metadata")


def test_without_redirect_uris(stack):
    is_error(post(stack, {"client_name": "x"}), 400, "invalid_redirect_uri")
    is_error(post(stack, {"redirect_uris": []}), 400, "invalid_redirect_uri")


def test_implicit_of_a_web_client(stack, setting):
    setting(registration_grant_types=["implicit"])
    for uri in ("https://localhost/cb", "https://localhost:1/cb"):
        is_refused(stack, "invalid_redirect_uri", grant_types=["implicit"],
                   response_types=["id_token"], redirect_uris=[uri])


@pytest.mark.parametrize("member,value", [
    ("audience", ["x"]), ("access_token_lifetime", 60),
    ("refresh_token_lifetime", 60), ("rotate_refresh_tokens", False),
    ("access_token_format", "jwt"), ("access_token_audience", "x"),
    ("client_id", "mine"), ("client_secret", "mine"),
    ("client_secret_verifier", "sha256:" + "0" * 64)])
def test_not_a_clients_to_set(stack, member, value):
    is_refused(stack, word=member, **{member: value})


def test_unknown_members(stack):
    """RFC 7591 section 2: "MUST ignore"."""
    told = register(stack, foo="bar", disabled_at=None, tokens_valid_after=1,
                    registration_access_token_hash="x", used_at="x")
    assert "foo" not in told and "tokens_valid_after" not in told
