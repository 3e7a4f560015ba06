"""The token endpoint's request and its errors, before any grant: parameters,
encodings, sizes, methods, and what a script of another origin may do."""
import http.client
import json
import re

import pytest
import requests

from postern_stack import get_code, redeem
from token_endpoint import PATHS, issued, refused

FORM = "application/x-www-form-urlencoded"


def raw(stack, body, client=None, path="/oauth/token", **headers):
    """A body exactly as given."""
    headers.setdefault("Content-Type", FORM)
    return requests.post(
        stack.url + path, data=body, timeout=30, headers=headers,
        auth=(client.client_id, client.client_secret) if client else None)


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


GOOD = {"grant_type": "client_credentials", "scope": "email"}


def test_success(stack, client):
    """Authlib client_credentials authorize_token: all of section 5.1."""
    got = issued(stack.token(client, **GOOD))
    assert set(got) == {"access_token", "token_type", "expires_in", "scope"}
    assert re.fullmatch(r"pat[0-7]_[A-Za-z0-9_-]{43}", got["access_token"])
    assert got["expires_in"] == 3600


# -- grant_type

def test_no_grant_type(stack, client):
    """E68: missing and empty (RFC 6749 section 3.1: without a value is as if
    it were omitted)."""
    for data in ({}, {"grant_type": ""}, {"scope": "email"}):
        assert refused(stack.post("/oauth/token", data, client), 400,
                       "invalid_request") == "grant_type is missing"


@pytest.mark.parametrize("grant_type", [
    "implicit", "none", "client_credentials\n", " client_credentials",
    "CLIENT_CREDENTIALS", "client_credentials client_credentials",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:saml2-bearer", "ключ", "x" * 50000])
def test_other_grant_types(stack, client, grant_type):
    """E68: compared exactly; nothing of the request is in the answer."""
    r = stack.token(client, grant_type=grant_type)
    refused(r, 400, "unsupported_grant_type")
    assert grant_type.strip() not in r.text


def test_array_as_grant_type(stack, client):
    """E68: grant_type[] is another name."""
    for name in ("grant_type[]", "grant_type[0]", "grant_type.x"):
        assert refused(stack.post("/oauth/token", {
            name: "client_credentials"}, client), 400,
            "invalid_request") == "grant_type is missing"


# -- parameters

@pytest.mark.parametrize("name,value", [
    ("grant_type", "client_credentials"), ("scope", "email"),
    ("scope", "profile"), ("client_id", None), ("code", "x"),
    ("unknown", "x")])
def test_a_parameter_twice(stack, client, name, value):
    """B14: also with the same value, also one nobody knows (RFC 6749 section
    3.2: "Request and response parameters MUST NOT be included more than
    once")."""
    value = value or client.client_id
    data = [*GOOD.items(), (name, value)]
    if name not in GOOD:
        issued(stack.post("/oauth/token", data, client))
        data.append((name, value))
    assert refused(stack.post("/oauth/token", data, client), 400,
                   "invalid_request") == "a parameter is there more than once"


def test_a_secret_twice(stack):
    """B14: neither of two secrets is tried."""
    c = stack.register_client(token_endpoint_auth_method="client_secret_post")
    for second in (c.client_secret, "x"):
        data = [*GOOD.items(), ("client_id", c.client_id),
                ("client_secret", c.client_secret), ("client_secret", second)]
        refused(stack.post("/oauth/token", data), 400, "invalid_request")


@pytest.mark.parametrize("path", PATHS)
def test_a_parameter_twice_elsewhere(stack, client, path):
    """B14: at revocation and introspection too."""
    refused(stack.post(path, [("token", "x"), ("token", "x")], client), 400,
            "invalid_request")


@pytest.mark.parametrize("query", [
    "grant_type=client_credentials", "scope=email", "x", "x=", "%"])
@pytest.mark.parametrize("path", PATHS)
def test_parameters_in_the_query(stack, client, path, query):
    """B15: in the body alone (RFC 6749 section 2.3.1, Authlib 4.2.8)."""
    r = stack.post(path + "?" + query, {**GOOD, "token": "x"}, client)
    assert refused(r, 400, "invalid_request") == \
        "parameters belong in the body, not in the query"


def test_secret_in_the_query(stack):
    """B15: a client does not authenticate in the query, and the body's
    parameters do not make it good."""
    c = stack.register_client(token_endpoint_auth_method="client_secret_post")
    r = stack.post(f"/oauth/token?client_id={c.client_id}"
                   f"&client_secret={c.client_secret}", GOOD)
    refused(r, 400, "invalid_request")


def test_unknown_parameters(stack, client):
    """B16: unrecognized ones are ignored (RFC 6749 section 3.2) ..."""
    extra = {f"x{i}": "y" for i in range(100)}
    assert issued(stack.post("/oauth/token", {**GOOD, **extra},
                             client))["scope"] == "email"


@pytest.mark.parametrize("path", PATHS)
def test_too_many_parameters(stack, client, path):
    """B16: ... up to a number, whatever they are called."""
    body = "&".join(f"p{i}=" for i in range(10000))
    refused(raw(stack, body, client, path), 413, "invalid_request")
    refused(raw(stack, "&".join(["a=b"] * 10000), client, path), 413,
            "invalid_request")


def test_a_body_too_large(stack, client):
    """B16: 60 KiB are read, a megabyte is not."""
    refused(raw(stack, "scope=" + "x" * 60000, client), 400,
            "invalid_request")
    r = raw(stack, "scope=" + "x" * 1000000, client)
    assert r.status_code == 413    # the web server's own, or ours


@pytest.mark.parametrize("escape", ["%00", "%00evil", "\0", "\0evil"])
def test_nul(stack, escape):
    """B17: a name does not end where a C string would."""
    c = stack.register_client(token_endpoint_auth_method="client_secret_post")
    body = (f"grant_type=client_credentials&client_id={c.client_id}{{}}"
            f"&client_secret={c.client_secret}")
    issued(raw(stack, body.format("")))
    refused(raw(stack, body.format(escape)), 400, "invalid_request")
    refused(raw(stack, body.format("") + escape), 400, "invalid_request")


@pytest.mark.parametrize("piece", [
    "a=%", "a=%1", "a=%g1", "a=%1g", "a=%%41", "%=a", "a=%-1", "a=% 1",
    "a=%0x41", "a=%u0041"])
def test_bad_escapes(stack, client, piece):
    """B18: first, last, in a name, in a value."""
    for body in (f"{piece}&grant_type=client_credentials",
                 f"grant_type=client_credentials&{piece}"):
        assert refused(raw(stack, body, client), 400, "invalid_request") == \
            "a parameter is not form-urlencoded"


@pytest.mark.parametrize("value", [
    "%ff", "%c3", "%c0%af", "%ed%a0%80", "%f4%90%80%80", "%80", b"\xff"])
def test_not_utf8(stack, client, value):
    """B18: overlong, surrogates, cut, beyond Unicode."""
    body = b"grant_type=client_credentials&scope=" + (
        value if isinstance(value, bytes) else value.encode())
    assert refused(raw(stack, body, client), 400, "invalid_request") == \
        "a parameter is not UTF-8"


@pytest.mark.parametrize("scope", [
    "email+profile", "email%20profile", "email profile", "email%20+profile"])
def test_spaces(stack, client, scope):
    """B19: "+", "%20" and a space as it is."""
    r = raw(stack, f"grant_type=client_credentials&scope={scope}", client)
    assert issued(r)["scope"] == "email profile"


def test_plus_is_escaped_as_2b(stack, client):
    """B19: "%2B" is no space."""
    refused(raw(stack, "grant_type=client_credentials&scope=email%2Bprofile",
                client), 400, "invalid_scope")


def test_brackets(stack):
    """B20: client_id[] and its like are other names."""
    c = stack.register_client(token_endpoint_auth_method="client_secret_post")
    for name in ("client_id[]", "client_id[0]", "client_id.x", "CLIENT_ID",
                 "client_id "):
        refused(stack.post("/oauth/token", {
            **GOOD, name: c.client_id, "client_secret": c.client_secret}),
            401, "invalid_client")


def test_empty_pieces(stack, client):
    """Empty pieces between "&" are nothing; a piece without "=" is a name."""
    assert issued(raw(stack, "&&grant_type=client_credentials&&scope=email&",
                      client))["scope"] == "email"
    assert issued(raw(stack, "grant_type=client_credentials&scope",
                      client))["scope"] == "profile"


@pytest.mark.parametrize("content_type,good", [
    (FORM, True), (FORM.upper(), True), (FORM + "; charset=UTF-8", True),
    (FORM + " ;charset=utf-8", True), ("application/json", False),
    ("text/plain", False), ("multipart/form-data; boundary=x", False),
    (FORM + "x", False), ("", False)])
def test_content_type(stack, client, content_type, good):
    """RFC 6749 section 4.1.3: "application/x-www-form-urlencoded"."""
    r = raw(stack, "grant_type=client_credentials&scope=email", client,
            **{"Content-Type": content_type})
    if good:
        issued(r)
    else:
        assert refused(r, 400, "invalid_request").startswith("Content-Type")


def test_json_body(stack, client):
    """A JSON body is no form."""
    refused(raw(stack, json.dumps(GOOD), client,
                **{"Content-Type": "application/json"}), 400,
            "invalid_request")


# -- methods

@pytest.mark.parametrize("method", [
    "GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "post", "POSTX"])
@pytest.mark.parametrize("path", PATHS)
def test_methods(stack, client, path, method):
    """B21: POST alone (RFC 6749 section 3.2); a method's name has one
    spelling. What the web server refuses itself, it refuses its way."""
    conn = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    conn.request(method, path, headers={"Content-Type": FORM},
                 body=None if method in ("GET", "HEAD")
                 else "grant_type=client_credentials")
    r = conn.getresponse()
    text = r.read().decode()
    conn.close()
    if method in ("TRACE", "post", "POSTX"):
        assert r.status in (400, 405, 501), text
    else:
        assert r.status == 405, text
        assert r.headers["Allow"] == "POST, OPTIONS"
    assert "access_token" not in text


def test_get_of_the_token_endpoint(stack, client):
    """Authlib password invalid_request: GET (theirs says
    unsupported_grant_type; RFC 9110 section 15.5.6 has a status for it)."""
    r = requests.get(stack.url + "/oauth/token", params=GOOD, timeout=30,
                     auth=client)
    refused(r, 405, "method_not_allowed")
    assert r.headers["Allow"] == "POST, OPTIONS"


# -- sizes

@pytest.mark.parametrize("length", [
    "-1", "+5", "5,5", "0x10", "abc", "9223372036854775808",
    "18446744073709551616", "5 5", ""])
def test_content_length(stack, length):
    """B22: whatever the web server lets through of it is refused; no 500,
    and nobody waits."""
    conn = http.client.HTTPConnection("localhost", stack.port, timeout=20)
    conn.putrequest("POST", "/oauth/token")
    conn.putheader("Content-Type", FORM)
    conn.putheader("Content-Length", length)
    conn.endheaders()
    conn.send(b"grant_type=client_credentials")
    r = conn.getresponse()
    assert r.status in (400, 411, 413), r.read()
    conn.close()


def test_no_body(stack, client):
    """B22: a length of 0."""
    assert refused(raw(stack, b"", client), 400, "invalid_request") == \
        "grant_type is missing"


# -- scope

@pytest.mark.parametrize("scope", [
    'em"ail', "em\\ail", "email\x7f", "é", "email\tprofile",
    "email\r\nX: y", "email\u00a0profile", "calendar", "unknown", "Email",
    "email calendar", " ", "x" * 5000,
    " ".join(f"s{i}" for i in range(5000))])
def test_invalid_scope(stack, client, scope):
    """B23, E59: what is outside scope-token, unknown, or not the client's is
    refused, and not repeated."""
    r = stack.token(client, grant_type="client_credentials", scope=scope)
    assert refused(r, 400, "invalid_scope") == \
        "the client may not ask for that scope"


@pytest.mark.parametrize("scope,got", [
    ("email", "email"), ("email profile", "email profile"),
    ("email  email", "email"), (" email ", "email"),
    ("profile email profile", "profile email"),
    (" ".join(["email"] * 100), "email"), ("", "profile")])
def test_normal_form_of_a_scope(stack, client, scope, got):
    """B23: each word once, one space between; "" is none asked for."""
    body = issued(stack.token(client, grant_type="client_credentials",
                              scope=scope))
    assert body.get("scope") == got


# -- odd ids

@pytest.mark.parametrize("client_id", [
    "0", "-1", "NULL", "'", "' OR '1'='1", "x" * 1000, "x" * 20000,
    "00000000-0000-0000-0000-000000000000", "%s", "$1", "é", "\n", "{}"])
def test_malformed_ids(stack, client, client_id):
    """B28: as one that is unknown, never a fault of the database."""
    data = {"grant_type": "refresh_token", "refresh_token": "x",
            "token": "x", "client_id": client_id}
    for path in PATHS:
        assert refused(stack.post(path, data), 401, "invalid_client") == \
            "client authentication failed"


@pytest.mark.parametrize("text", [
    "", "x", "pac", "pac0", "pac0_", "pacx_" + "A" * 43, "pac9_" + "A" * 43,
    "pac0_" + "A" * 42, "pac0_" + "A" * 44, "pac0_" + "=" * 43,
    "pac0_" + "A" * 42 + "B", "pac0_" + "é" * 43, "pac0_" + "+" * 43,
    "'; DROP TABLE oauth.client; --", "pac-1_" + "A" * 43, "x" * 50000])
def test_malformed_credentials(stack, client, text):
    """B28: as one that is unknown."""
    for name, grant_type in (("code", "authorization_code"),
                             ("refresh_token", "refresh_token")):
        text = text.replace("pac", "prt") if name == "refresh_token" else text
        refused(stack.post("/oauth/token", {
            "grant_type": grant_type, name: text}, client), 400,
            "invalid_grant" if text else "invalid_request")


# -- who asks is settled before what they ask

def test_errors_of_the_grant_are_told_to_the_client_alone(stack, client):
    """A wrong secret is all that a stranger hears of."""
    stranger = client._replace(client_secret="x")
    for grant_type in ("authorization_code", "refresh_token", "password",
                       "client_credentials"):
        refused(stack.token(stranger, grant_type=grant_type), 401,
                "invalid_client")
    refused(stack.token(client, grant_type="authorization_code"), 400,
            "invalid_request")


def test_explain_agrees_about_secrets(stack):
    """oauth.explain() and the server are of one mind."""
    c = stack.register_client()

    def verdict():
        [[text]] = stack.sql("SELECT oauth.explain(%s)", c.client_secret)
        return text

    issued(stack.token(c, **GOOD))
    assert "good for client_secret_basic" in verdict()
    stack.sql("SELECT oauth.disable_client(%s)", c.client_id)
    refused(stack.token(c, **GOOD), 401, "invalid_client")
    assert "refused: the client was disabled" in verdict()
    stack.sql("SELECT oauth.enable_client(%s)", c.client_id)
    issued(stack.token(c, **GOOD))
    stack.sql("SELECT oauth.rotate_client_secret(%s)", c.client_id)
    refused(stack.token(c, **GOOD), 401, "invalid_client")
    assert "of no client" in verdict()


# -- scripts of another origin

@pytest.mark.parametrize("path,methods", [
    *((p, "POST") for p in PATHS), ("/api/me", "GET, HEAD"),
    ("/.well-known/oauth-authorization-server", "GET, HEAD")])
def test_preflight(stack, path, methods):
    """What a browser asks before a script sends Authorization."""
    r = requests.options(stack.url + path, timeout=30, headers={
        "Origin": "https://app.test", "Access-Control-Request-Method":
        methods.split(",", maxsplit=1)[0],
        "Access-Control-Request-Headers": "authorization"})
    assert r.status_code == 204 and r.content == b""
    assert r.headers["Access-Control-Allow-Origin"] == "*"
    assert r.headers["Access-Control-Allow-Methods"] == methods
    assert r.headers["Access-Control-Allow-Headers"] == \
        "Authorization, Content-Type"
    assert "Access-Control-Allow-Credentials" not in r.headers


def test_cross_origin_answers(stack, client, user):
    """Successes and errors alike can be read, cookies are never taken."""
    code, verifier, _ = get_code(stack, client, user)
    answers = [redeem(stack, client, code, verifier),
               redeem(stack, client, code, verifier),
               stack.post("/oauth/revoke", {"token": "x"}, client),
               stack.post("/oauth/introspect", {"token": "x"}, client),
               stack.post("/oauth/introspect", {}), stack.me("x"),
               requests.get(stack.url + "/.well-known/"
                            "oauth-authorization-server", timeout=30)]
    assert [r.status_code for r in answers] == [
        200, 400, 200, 200, 401, 401, 200]
    for r in answers:
        assert r.headers["Access-Control-Allow-Origin"] == "*"
        assert "WWW-Authenticate" in r.headers[
            "Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in r.headers
        assert "Set-Cookie" not in r.headers


@pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/sign-in",
                                  "/oauth/consent"])
def test_pages_are_for_no_script(stack, client, path):
    """No script of another origin reads a page (RFC 9700 section 2.6: "CORS
    [...] MUST NOT" be supported at the authorization endpoint)."""
    for method in ("GET", "POST", "OPTIONS"):
        r = requests.request(method, stack.url + path, timeout=30, headers={
            "Origin": "https://app.test",
            "Access-Control-Request-Method": "POST"}, allow_redirects=False,
            params={"client_id": client.client_id}
            if method == "GET" else None)
        assert r.status_code != 204
        assert not [h for h in r.headers
                    if h.lower().startswith("access-control-")]
