"""The bearer check (RFC 6750), at /api/me; with scopes: test_guard.py and
tests/cgi/guard.t."""
import http.client
import re

import pytest
import requests

from postern_stack import Browser, flow, get_code, redeem
from token_endpoint import issued


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def user(stack):
    return stack.create_user()


@pytest.fixture(scope="module")
def token(stack, client, user):
    return flow(stack, client, user)["access_token"]


def me(stack, header=None, query="", method="GET", **kw):
    return requests.request(
        method, stack.url + "/api/me" + query, timeout=30,
        headers={"Authorization": header} if header is not None else {}, **kw)


def challenge(r, status, error):
    """Section 3 and 3.1 -> the attributes of the challenge."""
    assert r.status_code == status, r.text
    assert r.headers["Cache-Control"] == "no-store"
    assert r.headers["Content-Type"] == "application/json"
    got = r.headers["WWW-Authenticate"]
    assert got.startswith("Bearer ")
    got = dict(re.findall(r'(\w+)="([^"]*)"', got))
    assert got["realm"] == "postern"
    assert got.get("error") == error
    if error:
        assert r.json() == {"error": error,
                            "error_description": got["error_description"]}
    else:
        assert set(got) == {"realm"} and r.json() == {}


# -- good

@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_me(stack, user, token, scheme):
    """E62, Authlib access_resource: "bearer" in any case (RFC 9110 section
    11.1)."""
    r = me(stack, f"{scheme} {token}")
    assert r.status_code == 200
    assert r.json() == {"id": user.sub, "username": user.username}
    assert r.headers["Cache-Control"] == "no-store"
    assert "WWW-Authenticate" not in r.headers


@pytest.mark.parametrize("spaces", [1, 2, 7])
def test_spaces(each_stack, spaces):
    """RFC 6750 section 2.1: credentials = "Bearer" 1*SP b64token."""
    token = flow(each_stack, each_stack.register_client(),
                 each_stack.create_user())["access_token"]
    assert me(each_stack, "Bearer" + " " * spaces + token).status_code == 200


def test_head(stack, token):
    """The same without a body."""
    r = me(stack, "Bearer " + token, method="HEAD")
    assert r.status_code == 200 and r.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_methods(stack, token, method):
    """B21."""
    r = me(stack, "Bearer " + token, method=method)
    assert r.status_code == 405
    assert r.headers["Allow"] == "GET, HEAD, OPTIONS"


# -- no token

@pytest.mark.parametrize("header", [
    None, "", "Basic YTpi", "invalid token", "Digest x", "DPoP x",
    "BearerX abc", "Bearer\tabc"])
def test_no_token(stack, header):
    """E62, Authlib invalid_token: no header or another scheme: 401 without an
    error code (section 3.1; theirs has one, 4.2.12)."""
    challenge(me(stack, header), 401, None)


# -- not one token

@pytest.mark.parametrize("template", [
    "Bearer", "Bearer ", "Bearer \t{}", "Bearer {} {}",
    "Bearer {},", "Bearer {}, Bearer {}", 'Bearer "{}"', "Bearer =",
    "Bearer {};x", "Bearer {}\tx", "Bearer token={}é"])
def test_malformed(stack, token, template):
    """E62: empty, two, in quotes: invalid_request (section 3.1); never
    served."""
    header = template.replace("{}", token)
    r = me(stack, header.encode("latin-1"))
    if header.strip() == "Bearer":    # servers cut what hangs over
        assert r.status_code in (400, 401)
        return
    challenge(r, 400, "invalid_request")


def test_two_headers(stack, client, token):
    """E62: two Authorization fields are not one token, same or not."""
    other = flow(stack, client)["access_token"]
    for second in (token, other):
        conn = http.client.HTTPConnection("localhost", stack.port, timeout=30)
        conn.putrequest("GET", "/api/me")
        conn.putheader("Authorization", "Bearer " + token)
        conn.putheader("Authorization", "Bearer " + second)
        conn.endheaders()
        r = conn.getresponse()
        assert r.status in (400, 401), r.read()
        conn.close()


# -- a token that is none

def test_other_texts(stack, client, user):
    """Authlib invalid_token: invalid_token, whatever is wrong with it."""
    code, verifier, _ = get_code(stack, client, user)
    tokens = issued(redeem(stack, client, code, verifier))
    t = tokens["access_token"]
    for bad in ("invalid", "x" * 4000, "pat0_" + "A" * 43, t[:-1], t + "A",
                t + "=", t.swapcase(), t[:5] + t[6:] + t[5],
                tokens["refresh_token"], "pat" + tokens["refresh_token"][3:],
                code, client.client_secret, "pat9" + t[4:],
                *(f"pat{n}" + t[4:] for n in range(8) if t[3] != str(n))):
        challenge(me(stack, "Bearer " + bad), 401, "invalid_token")
    assert me(stack, "Bearer " + t).status_code == 200


# -- elsewhere than in the header

@pytest.mark.parametrize("query", [
    "?access_token={}", "?x=y&access_token={}", "?access_token={}&x=y",
    "?access_token=", "?access_token"])
def test_in_the_query(stack, token, query):
    """E61: never (RFC 9700 section 4.3.2), with or without a header
    (RFC 6750 section 2: one method a request)."""
    query = query.replace("{}", token)
    challenge(me(stack, query=query), 400, "invalid_request")
    challenge(me(stack, "Bearer " + token, query=query), 400,
              "invalid_request")


def test_other_queries(stack, token):
    """E61: a query that has no token in it does no harm."""
    for query in ("?x=y", "?", "?xaccess_token=1", "?x=access_token"):
        assert me(stack, "Bearer " + token, query).status_code == 200


def test_in_the_body(stack, token):
    """E61: nor in a form (RFC 6750 section 2.2 is optional, and not here)."""
    r = me(stack, method="GET", data={"access_token": token})
    assert r.status_code in (400, 401)
    r = me(stack, method="POST", data={"access_token": token})
    assert r.status_code == 405


def test_cookie(stack, client, user):
    """A session's cookie opens no API."""
    browser = Browser(stack)
    get_code(stack, client, user, browser)
    assert len(browser.cookies) > 0
    challenge(browser.get(stack.url + "/api/me", timeout=30), 401, None)


# -- not enough

def test_a_client_is_nobody(stack, client):
    """A token that acts for no user: 403 insufficient_scope, with the
    challenge (Authlib 4.2.12: theirs has none)."""
    r = stack.token(client, grant_type="client_credentials")
    challenge(stack.me(issued(r)["access_token"]), 403, "insufficient_scope")


# -- what happened since

@pytest.mark.parametrize("statement,said", [
    ("UPDATE oauth.access_token SET expires_at = now()"
     " WHERE client_id = %(client)s", "it expired"),
    ("UPDATE oauth.access_token SET expires_at = now() - interval '1 second'"
     " WHERE client_id = %(client)s", "it expired"),
    ("UPDATE oauth.access_token SET revoked_at = now()"
     " WHERE client_id = %(client)s", "it was revoked"),
    ("SELECT oauth.disable_user(%(user)s)", "the user is disabled"),
    ("SELECT oauth.delete_user(%(user)s)", "the user is gone"),
    ("SELECT oauth.disable_client(%(client)s)", "the client was disabled"),
    ("SELECT oauth.delete_client(%(client)s)", "the client is gone"),
    ("SELECT oauth.revoke_client_tokens(%(client)s)",
     "all tokens of the client were revoked"),
    ("SELECT oauth.revoke_consent(%(user)s, %(client)s)",
     "its authorization was revoked"),
    ("DELETE FROM oauth.authorization_grant WHERE client_id = %(client)s",
     "the authorization is gone")])
def test_ended(stack, statement, said):
    """Authlib expired_token: 401 invalid_token with the next request, and
    oauth.explain() says why; the answer itself does not."""
    c, u = stack.register_client(), stack.create_user()
    text = flow(stack, c, u)["access_token"]
    assert stack.me(text).status_code == 200
    with stack.db() as db, db.cursor() as cursor:
        cursor.execute(statement, {"client": c.client_id,
                                   "user": u.username})
    r = stack.me(text)
    challenge(r, 401, "invalid_token")
    assert r.json()["error_description"] == \
        "the access token is not valid, or no longer"
    [[why]] = stack.sql("SELECT oauth.explain(%s)", text)
    assert "refused: " + said in why


def test_in_force_to_the_last(stack, client, user):
    """The clock is the database's, and a token is good until it is over."""
    text = flow(stack, client, user)["access_token"]
    stack.sql("UPDATE oauth.access_token SET expires_at = now()"
              " + interval '10 seconds' WHERE client_id = %s",
              client.client_id)
    assert stack.me(text).status_code == 200
