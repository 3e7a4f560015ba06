"""Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client
Registration) and manage that (RFC 7592); Authlib's cases by their names."""
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from client_jwt import Host, new_key, public, sign
from postern_stack import Client, flow, remember
from test_client_assertion import claims, form

CB = "https://client.test/cb"
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


@pytest.fixture(name="opened", autouse=True)
def fixture_opened(setting):
    setting(registration="open", registration_address_limit=100000)
    return setting


def bearer(token):
    return {} if token is None else {"Authorization": "Bearer " + token}


def send(stack, method, url, body=None, token=None, **headers):
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    if body is not None and not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    return requests.request(
        method, url, data=body, verify=stack.verify, timeout=30,
        allow_redirects=False, headers={**bearer(token), **headers})


def post(stack, body, token=None, **headers):
    return send(stack, "POST", stack.url + "/oauth/register", body, token,
                **headers)


def register(stack, token=None, **metadata):
    """-> what a client is told that registers itself."""
    metadata.setdefault("redirect_uris", [CB])
    answer = post(stack, metadata, token)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    remember(told.get("client_secret"), told["registration_access_token"])
    return told


def manage(stack, told, method="GET", body=None, **kw):
    kw.setdefault("token", told["registration_access_token"])
    return send(stack, method, told["registration_client_uri"], body, **kw)


def replace(stack, told, **metadata):
    return manage(stack, told, "PUT", {
        "client_id": told["client_id"], "redirect_uris": [CB], **metadata})


def is_error(answer, status, error, word=""):
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert said["error"] == error
    assert DESCRIPTION.fullmatch(said["error_description"])
    assert word in said["error_description"]
    assert answer.headers["Cache-Control"] == "no-store"


def is_refused(stack, error="invalid_client_metadata", word="", **metadata):
    metadata.setdefault("redirect_uris", [CB])
    is_error(post(stack, metadata), 400, error, word)


def initial_token(stack, *args):
    [[token]] = stack.sql("SELECT oauth.create_initial_access_token("
                          + ", ".join(["%s"] * len(args)) + ")", *args)
    remember(token)
    return token


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


def test_it_signs_in(each_stack):
    each_stack.sql("UPDATE oauth.setting SET registration = 'open'")
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


def test_the_last_use(stack, setting):
    """20 at once: one client."""
    setting(registration="token")
    token = initial_token(stack)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(
            lambda _: post(stack, {"redirect_uris": [CB]}, token), range(20)))
    statuses = sorted(a.status_code for a in answers)
    assert statuses == [201] + [401] * 19
    won = next(a.json() for a in answers if a.status_code == 201)
    remember(won["client_secret"], won["registration_access_token"])


def test_so_many_from_one_address(stack, setting):
    setting(registration_address_limit=0)
    answer = post(stack, {"redirect_uris": [CB]})
    is_error(answer, 429, "temporarily_unavailable")
    assert answer.headers["Retry-After"]


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
                 b'{"a":' * 2000 + b"1" + b"}" * 2000,
                 b'{"client_name":"a","client_name":"b"}'):
        r = post(stack, body)
        assert r.status_code == 400, (body[:40], r.text)
        assert r.json()["error"] in ("invalid_request",
                                     "invalid_client_metadata")
    for kind in ("application/x-www-form-urlencoded", "text/plain", "",
                 "application/json2"):
        is_error(post(stack, {"redirect_uris": [CB]},
                      **{"Content-Type": kind}), 400, "invalid_request")
    r = post(stack, {"redirect_uris": [CB], "x": "y" * 70000})
    assert r.status_code == 413
    assert register(stack, client_name="é \U0001f511")[
        "client_name"] == "é \U0001f511"


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
    CB + "#fragment", "javascript:alert(1)", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "about:blank", "client.test/cb", "",
    "https://client.test/\ncb", "https://client.test/%", "https://",
    "http://client.test/cb", "https://user@client.test/cb", "x" * 3000, 1,
    None, {"a": 1}], ids=range(17))
def test_redirect_uris(stack, uri):
    """Attacks 3 and 5."""
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


# -- asking others

@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


def lies_there(host, value):
    host.answer = (200, {"Content-Type": "application/json"},
                   json.dumps(value).encode())
    return host.base + "/sector"


def test_sector_identifier_uri(stack, host):
    """OpenID Connect Dynamic Client Registration section 5."""
    both = [CB, "https://other.test/cb"]
    uri = lies_there(host, both + ["https://third.test/cb"])
    told = register(stack, subject_type="pairwise", redirect_uris=both,
                    sector_identifier_uri=uri)
    assert told["sector_identifier_uri"] == uri
    [[sector]] = stack.sql("SELECT sector_identifier FROM oauth.client"
                           " WHERE client_id = %s", told["client_id"])
    assert sector == "localhost"
    for there in ([CB], [], {"a": 1}, "x", [1], None):
        is_refused(stack, redirect_uris=both, sector_identifier_uri=lies_there(
            host, there), word="sector_identifier_uri")
    host.answer = (404, {}, b"[]")
    is_refused(stack, sector_identifier_uri=uri)
    lies_there(host, [CB])
    answer = replace(stack, told, redirect_uris=both,
                     sector_identifier_uri=uri)
    is_error(answer, 400, "invalid_client_metadata")
    assert manage(stack, told).json()["redirect_uris"] == both


def test_nobody_is_asked_over_the_limit(stack, host, setting):
    setting(registration_address_limit=0)
    answer = post(stack, {"redirect_uris": [CB], "sector_identifier_uri":
                          lies_there(host, [CB])})
    is_error(answer, 429, "temporarily_unavailable")
    assert not host.hits


def test_slow_hosts_of_sectors(stack, host):
    """They hold some threads, and not all."""
    go_on = threading.Event()

    def stall(_):
        go_on.wait(20)

    host.answer = stall
    body = {"redirect_uris": [CB], "sector_identifier_uri":
            host.base + "/sector"}
    with ThreadPoolExecutor(40) as pool:
        answers = [pool.submit(post, stack, body) for _ in range(40)]
        try:
            began = time.monotonic()
            while not [a for a in answers if a.done()]:
                assert time.monotonic() - began < 3
                time.sleep(0.05)
            assert register(stack)["client_id"]
            assert time.monotonic() - began < 4
        finally:
            go_on.set()
    statuses = {a.result().status_code for a in answers}
    assert statuses == {400, 503}


def test_nobody_is_asked_for_strangers(stack, host, setting):
    setting(registration="token")
    uri = lies_there(host, [CB])
    body = {"redirect_uris": [CB], "sector_identifier_uri": uri}
    assert post(stack, body).status_code == 401
    assert post(stack, body, "pit0_" + "A" * 43).status_code == 401
    assert not host.hits
    assert post(stack, body, initial_token(stack)).status_code == 201
    assert host.hits


@pytest.fixture(name="publisher")
def fixture_publisher(stack):
    key = new_key()
    stack.sql("SELECT oauth.trust_software_publisher(%s, %s, 'ES256')",
              "https://store.test", json.dumps(public(key)))
    yield key
    stack.sql("SELECT oauth.distrust_software_publisher(%s)",
              "https://store.test")


def test_software_statement(stack, publisher):
    """Authlib's, and RFC 7591 section 2.3: it comes before what the client
    says, and is given back as it came."""
    statement = sign(publisher, {
        "iss": "https://store.test", "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "client_name": "Stated", "redirect_uris": [CB]})
    told = register(stack, software_statement=statement, client_name="Said",
                    redirect_uris=["https://said.test/cb"])
    assert told["client_name"] == "Stated"
    assert told["redirect_uris"] == [CB]
    assert told["software_id"] == "4NRB1-0XZABZI9E6-5SM3R"
    assert told["software_statement"] == statement
    assert "iss" not in told
    again = replace(stack, told, software_statement=statement,
                    client_name="Said")
    assert again.json()["client_name"] == "Stated"


def test_a_statement_that_has_expired_since(stack, publisher):
    """The one that the client registered with goes on; no other does."""
    said = {"iss": "https://store.test", "client_name": "Stated",
            "redirect_uris": [CB]}
    soon = sign(publisher, {**said, "exp": int(time.time()) + 2})
    old = sign(publisher, {**said, "exp": int(time.time()) - 60})
    told, bare = register(stack, software_statement=soon), register(stack)
    for client in (told, bare):
        is_error(replace(stack, client, software_statement=old), 400,
                 "invalid_software_statement")
    time.sleep(2.5)
    assert replace(stack, told, software_statement=soon).json()[
        "client_name"] == "Stated"
    is_error(replace(stack, bare, software_statement=soon), 400,
             "invalid_software_statement")
    is_refused(stack, "invalid_software_statement", software_statement=soon)


def test_a_statement_that_is_not_yet(stack, publisher):
    """RFC 7519 section 4.1.5."""
    said = {"iss": "https://store.test", "client_name": "Stated"}
    now = int(time.time())
    for nbf in (now + 3600, "now", None, [now]):
        is_refused(stack, "invalid_software_statement",
                   software_statement=sign(publisher, {**said, "nbf": nbf}))
    assert register(stack, software_statement=sign(
        publisher, {**said, "nbf": now - 5}))["client_name"] == "Stated"


def test_no_public_key(stack):
    """Authlib's: nobody has said that this publisher is to be believed."""
    key = new_key()
    is_refused(stack, "unapproved_software_statement",
               software_statement=sign(key, {"iss": "https://store.test"}))
    is_refused(stack, "unapproved_software_statement",
               software_statement=sign(key, {"software_id": "x"}))


def test_bad_software_statements(stack, publisher):
    good = {"iss": "https://store.test", "software_id": "x"}
    made = sign(publisher, good)
    for wrong in (sign(new_key(), good), made[:-4] + "AAAA", "x", "a.b.c",
                  sign(publisher, {**good, "exp": 1}),
                  sign(publisher, {**good, "exp": "soon"}),
                  sign(publisher, "text"),
                  sign(new_key("RSA"), good, "RS256")):
        is_refused(stack, "invalid_software_statement",
                   software_statement=wrong)
    for wrong in (1, [made], {"a": made}):
        is_refused(stack, software_statement=wrong)
    # What it says is judged as what a client says is.
    is_refused(stack, "invalid_redirect_uri", software_statement=sign(
        publisher, {**good, "redirect_uris": ["javascript:x"]}))
    is_refused(stack, software_statement=sign(
        publisher, {**good, "access_token_lifetime": 5}))


# -- RFC 7592; Authlib's test_client_configuration_endpoint by their names

METHODS = ("GET", "PUT", "DELETE")


def body_for(told, method, **metadata):
    return {"client_id": told["client_id"], "redirect_uris": [CB],
            **metadata} if method == "PUT" else None


def test_read_client(stack):
    told = register(stack, client_name="Authlib")
    got = manage(stack, told)
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "no-store"
    read = got.json()
    assert "client_secret" not in read
    assert read["registration_access_token"] == told[
        "registration_access_token"]
    assert {k: v for k, v in told.items() if k != "client_secret"} == read


@pytest.mark.parametrize("method", METHODS)
def test_access_denied_to_manage(stack, method):
    """No token, a bad one, an initial one: 401 (RFC 7592 section 2.1)."""
    told = register(stack)
    for token in (None, "x", "prg0_" + "A" * 43, initial_token(stack),
                  told["registration_access_token"] + "A"):
        answer = manage(stack, told, method, body_for(told, method),
                        token=token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", METHODS)
def test_invalid_client(stack, method):
    """One that is gone, or never was: 401."""
    told = register(stack)
    for client_id in ("invalid", "pci_" + "A" * 22, "%00", "a%2Fb", "é",
                      "x" * 200):
        answer = send(stack, method, f"{stack.url}/oauth/register/{client_id}",
                      body_for(told, method),
                      told["registration_access_token"])
        assert answer.status_code in (400, 401, 404), client_id
    assert manage(stack, told).status_code == 200


@pytest.mark.parametrize("method", METHODS)
def test_unauthorized_client(stack, method):
    """Another client's token: 403."""
    told, other = register(stack), register(stack)
    is_error(manage(stack, told, method, body_for(told, method),
                    token=other["registration_access_token"]),
             403, "access_denied")
    mine = stack.register_client()
    is_error(send(stack, method,
                  f"{stack.url}/oauth/register/{mine.client_id}",
                  body_for(told, method), told["registration_access_token"]),
             403, "access_denied")


def test_update_client(stack):
    """PUT replaces: what is left out has its default again."""
    told = register(stack, client_name="Authlib", contacts=["a@client.test"],
                    scope="openid email")
    got = replace(stack, told, client_name="NewAuthlib")
    assert got.status_code == 200, got.text
    now = got.json()
    assert now["client_name"] == "NewAuthlib"
    assert "contacts" not in now or now["contacts"] == []
    assert now["client_id"] == told["client_id"]
    assert now["client_id_issued_at"] == told["client_id_issued_at"]
    assert "client_secret" not in now
    assert manage(stack, told).json() == now


def test_update_keeps_the_secret(stack):
    told = register(stack, grant_types=["authorization_code"])
    client = Client(told["client_id"], told["client_secret"])
    assert replace(stack, told, client_secret=told[
        "client_secret"]).status_code == 200
    user = stack.create_user()
    assert flow(stack, client, user)["access_token"]
    # Of another method, a new one; and none.
    assert "client_secret" not in replace(
        stack, told, token_endpoint_auth_method="none").json()
    new = replace(stack, told).json()["client_secret"]
    remember(new)
    assert new != told["client_secret"]


def test_update_invalid_request(stack):
    told = register(stack)
    for body in ({}, [], {"redirect_uris": [CB]},
                 {"client_id": "another", "redirect_uris": [CB]},
                 {"client_id": [told["client_id"]], "redirect_uris": [CB]}):
        is_error(manage(stack, told, "PUT", body), 400, "invalid_request")
    for extra in ({"registration_client_uri": told[
            "registration_client_uri"]}, {"client_secret": "invalid"},
            {"registration_access_token": told["registration_access_token"]},
            {"client_id_issued_at": 1}, {"client_secret_expires_at": 0}):
        is_error(replace(stack, told, **extra), 400, "invalid_request")


def test_update_invalid_metadata(stack):
    told = register(stack, client_name="before")
    for wrong in ({"scope": "nonsense"}, {"response_types": ["magic"]},
                  {"grant_types": ["password"]},
                  {"token_endpoint_auth_method": "magic"},
                  {"contacts": 1}, {"audience": ["x"]}):
        is_error(replace(stack, told, **wrong), 400,
                 "invalid_client_metadata")
    is_error(replace(stack, told, redirect_uris=["javascript:x"]), 400,
             "invalid_redirect_uri")
    assert manage(stack, told).json()["client_name"] == "before"


def test_update_supported(stack):
    told = register(stack)
    for right in ({"scope": "openid email"}, {"response_types": ["code"]},
                  {"grant_types": ["authorization_code", "refresh_token"]},
                  {"token_endpoint_auth_method": "client_secret_post"}):
        got = replace(stack, told, **right)
        assert got.status_code == 200, got.text
        name, value = next(iter(right.items()))
        assert got.json()[name] == value


def test_update_leaves_the_operators_members(stack):
    """And what the operator has allowed besides, the client may keep."""
    told = register(stack)
    stack.sql("SELECT oauth.change_client(%s, %s)", told["client_id"],
              json.dumps({"access_token_lifetime": 77, "grant_types": [
                  "authorization_code", "client_credentials"]}))
    assert replace(stack, told, grant_types=[
        "authorization_code", "client_credentials"]).status_code == 200
    [[lifetime]] = stack.sql(
        "SELECT extract(epoch FROM access_token_lifetime)::int"
        " FROM oauth.client WHERE client_id = %s", told["client_id"])
    assert lifetime == 77


def test_delete_client(stack):
    told = register(stack)
    gone = manage(stack, told, "DELETE")
    assert gone.status_code == 204 and not gone.content
    for method in METHODS:
        assert manage(stack, told, method,
                      body_for(told, method)).status_code == 401
    r = stack.token(Client(told["client_id"], told["client_secret"]),
                    grant_type="authorization_code", code="x")
    assert r.json()["error"] == "invalid_client"


def test_disabled(stack):
    told = register(stack)
    stack.sql("SELECT oauth.disable_client(%s)", told["client_id"])
    for method in METHODS:
        is_error(manage(stack, told, method, body_for(told, method)), 403,
                 "access_denied")


def test_off_again(stack, setting):
    told = register(stack)
    setting(registration="off")
    for method in METHODS:
        is_error(manage(stack, told, method, body_for(told, method)), 403,
                 "access_denied")


# -- afterwards

def test_each_change_is_logged(stack):
    told = register(stack, client_name="one")
    replace(stack, told, client_name="two")
    manage(stack, told, "DELETE")
    rows = stack.sql(
        "SELECT what, before ->> 'client_name', after ->> 'client_name',"
        " address FROM oauth.client_event WHERE client_id = %s"
        " ORDER BY event_id", told["client_id"])
    assert [tuple(r) for r in rows] == [
        ("registered", None, "one", "127.0.0.1"),
        ("replaced", "one", "two", "127.0.0.1"),
        ("deleted", "two", None, "127.0.0.1")]
    [[text]] = stack.sql("SELECT string_agg(e::text, '') FROM"
                         " oauth.client_event e")
    assert told["client_secret"] not in text
    assert told["registration_access_token"] not in text


def test_unused_clients_expire(stack):
    """Those that were used stay, and the operator's do."""
    idle, used = register(stack), register(stack)
    mine = stack.register_client()
    flow(stack, Client(used["client_id"], used["client_secret"]),
         stack.create_user())
    # Noted while there is a grant, for when there will be none.
    stack.sql("SELECT * FROM oauth.maintain()")
    stack.sql("DELETE FROM oauth.authorization_grant WHERE client_id = %s",
              used["client_id"])
    stack.sql("DELETE FROM oauth.consent WHERE client_id = %s",
              used["client_id"])
    stack.sql("UPDATE oauth.client SET client_id_issued_at ="
              " client_id_issued_at - interval '31 days' WHERE client_id IN"
              " (%s, %s, %s)", idle["client_id"], used["client_id"],
              mine.client_id)
    stack.sql("SELECT * FROM oauth.maintain()")
    left = {r[0] for r in stack.sql(
        "SELECT client_id FROM oauth.client WHERE client_id IN (%s, %s, %s)",
        idle["client_id"], used["client_id"], mine.client_id)}
    assert left == {used["client_id"], mine.client_id}
    assert manage(stack, idle).status_code == 401
    [[what]] = stack.sql("SELECT what FROM oauth.client_event WHERE client_id"
                         " = %s ORDER BY event_id DESC LIMIT 1",
                         idle["client_id"])
    assert what == "expired"


def test_client_credentials_are_use(stack, setting):
    """They leave no grant behind by which one could tell."""
    setting(registration_grant_types=["authorization_code",
                                      "client_credentials"])
    told = register(stack, grant_types=["client_credentials"],
                    redirect_uris=[])
    stack.sql("UPDATE oauth.client SET client_id_issued_at ="
              " client_id_issued_at - interval '31 days' WHERE client_id = %s",
              told["client_id"])
    stack.sql("SELECT * FROM oauth.maintain()")
    assert manage(stack, told).status_code == 200


def test_what_is_use(stack):
    told = register(stack)
    user = stack.create_user()
    assert stack.sql("SELECT oauth.client_is_used(%s)",
                     told["client_id"]) == [(False,)]
    flow(stack, Client(told["client_id"], told["client_secret"]), user)
    assert stack.sql("SELECT oauth.client_is_used(%s)",
                     told["client_id"]) == [(True,)]
