"""Client authentication (RFC 6749 section 2.3) as a client sees it, at each of
the three endpoints that ask for it."""
import base64
import time
from urllib.parse import quote, quote_plus

import pytest

from postern_stack import Client, password_hash, remember
from token_endpoint import PATHS, issued, refused

GRANT = {"grant_type": "client_credentials"}
FAILED = "client authentication failed"


def b64(text):
    if isinstance(text, str):
        text = text.encode()
    return base64.b64encode(text).decode()


def by_header(stack, header, path="/oauth/token", **data):
    return stack.post(path, {**GRANT, "token": "x", **data},
                      headers={"Authorization": header})


def by_basic(stack, client_id, secret, **data):
    """Both halves exactly as given."""
    return by_header(stack, "Basic " + b64(f"{client_id}:{secret}"), **data)


def by_body(stack, client_id, secret):
    return stack.post("/oauth/token", {**GRANT, "client_id": client_id,
                                       "client_secret": secret})


def denied(r):
    assert refused(r, 401, "invalid_client") == FAILED


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(scope="module")
def post_client(stack):
    return stack.register_client(
        token_endpoint_auth_method="client_secret_post")


@pytest.fixture(scope="module")
def public(stack):
    return stack.register_client(token_endpoint_auth_method="none")


# -- none at all, or wrong

@pytest.mark.parametrize("path", PATHS)
def test_nobody(stack, path):
    """Authlib invalid_client: nothing, and "invalid token_string"."""
    for r in (stack.post(path, {**GRANT, "token": "x"}),
              by_header(stack, "invalid token_string", path),
              stack.post(path, {**GRANT, "token": "x", "client_id": ""}),
              stack.post(path, {**GRANT, "client_secret": "x"})):
        denied(r)


@pytest.mark.parametrize("path", PATHS)
def test_unknown_client(stack, path):
    """Authlib invalid_client: no such client, by Basic and in the body: the
    same answer as for a wrong secret."""
    denied(by_header(stack, "Basic " + b64("unknown:secret"), path))
    denied(stack.post(path, {**GRANT, "token": "x", "client_id": "unknown"}))
    denied(stack.post(path, {**GRANT, "token": "x", "client_id": "unknown",
                             "client_secret": "x"}))


@pytest.mark.parametrize("path", PATHS)
def test_wrong_secret(stack, client, post_client, path):
    """Authlib invalid_client: a wrong secret."""
    denied(by_header(stack, "Basic " + b64(client.client_id + ":x"), path))
    denied(stack.post(path, {**GRANT, "token": "x", "client_secret": "x",
                             "client_id": post_client.client_id}))


def test_no_part_of_a_secret(stack, client, post_client):
    """D48: no prefix, no case, no more than it, not what is stored."""
    for c, send in ((client, by_basic), (post_client, by_body)):
        secret = c.client_secret
        [[verifier]] = stack.sql(
            "SELECT client_secret_verifier FROM oauth.client"
            " WHERE client_id = %s", c.client_id)
        for wrong in (secret[:-1], secret[1:], secret + "A", secret[:-1] + "_",
                      secret.swapcase(), " " + secret, secret * 2,
                      "pcs_" + "A" * 43, "pcs_", verifier, verifier[7:]):
            denied(send(stack, c.client_id, wrong))
        issued(send(stack, c.client_id, secret))


def test_another_clients_secret(stack, client):
    """A secret is good for one client alone."""
    other = stack.register_client()
    denied(by_basic(stack, client.client_id, other.client_secret))
    denied(by_basic(stack, other.client_id, client.client_secret))


def test_long_and_short_way_agree(stack):
    """The one statement that authenticates and issues at once refuses what
    client_auth_verify() does: by both grants, the same answer."""
    c = stack.register_client()
    for change, back in (
            ("disabled_at = now()", "disabled_at = NULL"),
            ("client_secret_expires_at = now() - interval '1 second'",
             "client_secret_expires_at = NULL"),
            ("token_endpoint_auth_method = 'client_secret_post'",
             "token_endpoint_auth_method = 'client_secret_basic'")):
        stack.sql(f"UPDATE oauth.client SET {change} WHERE client_id = %s",
                  c.client_id)
        denied(stack.token(c, **GRANT))
        denied(stack.token(c, grant_type="refresh_token", refresh_token="x"))
        stack.sql(f"UPDATE oauth.client SET {back} WHERE client_id = %s",
                  c.client_id)
        issued(stack.token(c, **GRANT))


# -- one method a request, and the one registered

@pytest.mark.parametrize("path", PATHS)
def test_basic_and_body_together(stack, client, path):
    """D42: one method a request (RFC 6749 section 2.3), even where both are
    right."""
    for secret in (client.client_secret, "x"):
        r = stack.post(path, {**GRANT, "token": "x",
                              "client_secret": secret}, client)
        refused(r, 400, "invalid_request")


@pytest.mark.parametrize("path", PATHS)
def test_another_client_id(stack, client, public, path):
    """D43, D54: client_id is that of the one who authenticates."""
    data = {**GRANT, "token": "x"}
    for other in (public.client_id, "unknown", client.client_id + "x",
                  client.client_id.upper() + "x"):
        r = stack.post(path, {**data, "client_id": other}, client)
        assert refused(r, 400, "invalid_request") == \
            "client_id is not the one that authenticates"
    for same in (client.client_id, ""):
        r = stack.post(path, {**data, "client_id": same}, client)
        assert r.status_code == 200, r.text


def test_method_mismatch(stack, client, post_client):
    """The registered method alone (RFC 7591 section 2), with the right
    secret: in the Authlib test client_secret_post gets its tokens."""
    issued(by_body(stack, *post_client))
    denied(by_basic(stack, *post_client))
    issued(by_basic(stack, *client))
    denied(by_body(stack, *client))


def test_public_client_with_a_secret(stack, public):
    """D46: who has no secret can not show one."""
    data = {"grant_type": "refresh_token", "refresh_token": "x",
            "client_id": public.client_id}
    refused(stack.post("/oauth/token", data), 400, "invalid_grant")
    denied(stack.post("/oauth/token", {**data, "client_secret": "x"}))
    for secret in ("", "x"):
        r = stack.post("/oauth/token", data, Client(public.client_id, secret))
        denied(r)


@pytest.mark.parametrize("path", PATHS)
def test_confidential_client_without_a_secret(stack, client, post_client,
                                              path):
    """D46, E56: client_id alone is not enough."""
    for c in (client, post_client):
        for data in ({"client_id": c.client_id},
                     {"client_id": c.client_id, "client_secret": ""}):
            denied(stack.post(path, {**GRANT, "token": "x", **data}))


def test_empty_secret(stack, client):
    """D47: nothing that is stored is met by an empty secret; and an empty
    verifier can not be stored."""
    denied(by_basic(stack, client.client_id, ""))
    argon = stack.register_client(client_secret_verifier=password_hash("x"))
    denied(by_basic(stack, argon.client_id, ""))
    for empty in ("''", "NULL"):
        with pytest.raises(Exception, match="violates check constraint"):
            stack.sql("UPDATE oauth.client SET client_secret_verifier = "
                      + empty + " WHERE client_id = %s", client.client_id)


# -- the Authorization header

@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc"])
def test_scheme_case(stack, client, scheme):
    """RFC 9110 section 11.1: schemes are compared without case."""
    good = b64(f"{client.client_id}:{client.client_secret}")
    issued(by_header(stack, f"{scheme} {good}"))
    issued(by_header(stack, f"{scheme}   {good}"))


@pytest.mark.parametrize("header", [
    "Basic", "Basic ", "Basic  ", "Basic !!!", "Basic :", "Basic =",
    "Basic ====",
    "Basic " + b64("nocolon"), "Basic " + b64(""), "Basic " + b64(":"),
    "Basic " + b64(":secret"), "Bearer abc", "Digest username=x", "x",
    "BasicX YTpi", "Basic,YTpi", "Basic " + b64("%zz:secret"),
    "Basic " + b64("a:%"), "Basic " + b64("a:%1"), "Basic " + b64("a:%00"),
    "Basic " + b64(b"a\0:b"), "Basic " + b64(b"\xff:b"),
    "Basic " + b64(b"a:\xff"), "Basic " + b64("%FF:b"),
    "Basic " + "A" * 6000])
def test_garbage(stack, header):
    """D45, Authlib 4.2.10: never a 500 (they had one for what is not
    UTF-8)."""
    denied(by_header(stack, header))


def test_strict_base64(stack):
    """D45: of the right credentials, no other spelling: padding, alphabet,
    spaces, tails, bits left over."""
    secret = "sec?ret>>>"
    c = stack.register_client(client_secret_verifier=password_hash(secret))
    # Long enough for each to end in "=".
    pad = next(n for n in range(3) if (len(c.client_id) + n) % 3 == 0)
    stack.sql("UPDATE oauth.client SET client_id = client_id || %s"
              " WHERE client_id = %s", "x" * pad, c.client_id)
    client_id = c.client_id + "x" * pad
    good = b64(f"{client_id}:{quote_plus(secret)}")
    plain = b64(f"{client_id}:{secret}")
    assert good.endswith("=") and set("+/") & set(plain)
    issued(by_header(stack, "Basic " + good))
    issued(by_header(stack, "Basic " + plain))
    last = good.rstrip("=")[-1]
    other = chr(ord(last) + 1)
    for bad in (good.rstrip("="), good + "=", good + "====", good + "x",
                good + " x", good + ",", good[:8] + " " + good[8:],
                good[:8] + "=" + good[9:], good[:-1], good + good,
                good.rstrip("=").removesuffix(last) + other + "="
                * good.count("="),
                plain.replace("+", "-").replace("/", "_")):
        denied(by_header(stack, "Basic " + bad))


# -- secrets that people chose

SECRETS = ["with:colon", ":", "per%cent", "%41", "100%", "pl+us", "a space",
           " edges ", "Ünïcödé", "日本語", "&=?#", '"\\', "x" * 200, "%25"]


@pytest.mark.parametrize("secret", SECRETS)
def test_form_encoded(stack, secret):
    """D44: both halves form-encoded before base64 (RFC 6749 section 2.3.1),
    a space as "+" or as "%20"."""
    remember(secret if len(secret) > 10 else None)
    c = stack.register_client(client_secret_verifier=password_hash(secret))
    assert c.client_secret is None
    issued(by_basic(stack, quote_plus(c.client_id), quote_plus(secret)))
    issued(by_basic(stack, quote(c.client_id, safe=""),
                    quote(secret, safe="")))
    denied(by_basic(stack, c.client_id, quote_plus(secret + "x")))
    denied(by_basic(stack, c.client_id, quote_plus(quote_plus(secret)) + "."))


@pytest.mark.parametrize("secret,accepted", [
    ("with:colon", True), ("Ünïcödé", True), ("a space", True),
    ("&=?#", True), ("pl+us", False), ("per%cent", False), ("%41", False),
    ("100%", False)])
def test_not_encoded(stack, secret, accepted):
    """D44: what is sent as it is, is decoded once and never tried both ways:
    right where decoding changes nothing, else refused."""
    c = stack.register_client(client_secret_verifier=password_hash(secret))
    r = by_basic(stack, c.client_id, secret)
    if accepted:
        issued(r)
    else:
        denied(r)


def test_two_secrets_are_never_tried(stack):
    """D44: "%41" in the header is "A", and "A" alone."""
    c = stack.register_client(client_secret_verifier=password_hash("A"))
    issued(by_basic(stack, c.client_id, "%41"))
    c = stack.register_client(client_secret_verifier=password_hash("%41"))
    denied(by_basic(stack, c.client_id, "%41"))
    issued(by_basic(stack, c.client_id, "%2541"))


@pytest.mark.parametrize("client_id", [
    "a:b", "a%41", "a+b", "https://app.test/client?x=1&y=2"])
def test_client_ids_with_odd_characters(stack, client_id):
    """D44: the id, too, is form-encoded; its colon ends nothing."""
    c = stack.register_client(client_id=client_id)
    issued(by_basic(stack, quote_plus(client_id), c.client_secret))
    denied(by_basic(stack, client_id, c.client_secret))
    stack.sql("SELECT oauth.delete_client(%s)", client_id)


@pytest.mark.parametrize("secret", SECRETS)
def test_in_the_body(stack, secret):
    """D44: in the body they are parameters like any other."""
    c = stack.register_client(client_secret_verifier=password_hash(secret),
                              token_endpoint_auth_method="client_secret_post")
    issued(by_body(stack, c.client_id, secret))
    denied(by_body(stack, c.client_id, secret + "x"))


# -- the row

def test_expired_secret(stack):
    """D49, Authlib 4.2.2: client_secret_expires_at is what it says."""
    c = stack.register_client(client_secret_expires_at=int(time.time()) + 600)
    issued(stack.token(c, **GRANT))
    for when in ("now()", "now() - interval '1 second'"):
        stack.sql("UPDATE oauth.client SET client_secret_expires_at = "
                  + when + " WHERE client_id = %s", c.client_id)
        denied(stack.token(c, **GRANT))
        for path in PATHS[1:]:
            denied(stack.post(path, {"token": "x"}, c))
    stack.sql("UPDATE oauth.client SET client_secret_expires_at = NULL"
              " WHERE client_id = %s", c.client_id)
    issued(stack.token(c, **GRANT))


def test_zero_never_expires(stack):
    """D49: RFC 7591 section 3.2.1, "0 if it will not expire"."""
    issued(stack.token(stack.register_client(client_secret_expires_at=0),
                       **GRANT))


def test_expired_argon2_secret(stack):
    """D49: also where the secret is a person's."""
    c = stack.register_client(client_secret_verifier=password_hash("chosen"))
    issued(by_basic(stack, c.client_id, "chosen"))
    stack.sql("UPDATE oauth.client SET client_secret_expires_at = now()"
              " WHERE client_id = %s", c.client_id)
    denied(by_basic(stack, c.client_id, "chosen"))


@pytest.mark.parametrize("method", ["client_secret_basic",
                                    "client_secret_post", "none"])
def test_disabled_client(stack, method):
    """A disabled client is as good as none; enabled it is back."""
    c = stack.register_client(token_endpoint_auth_method=method)
    send = {"client_secret_basic": by_basic, "client_secret_post": by_body,
            "none": by_body}[method]
    before = send(stack, c.client_id, c.client_secret).status_code
    stack.sql("SELECT oauth.disable_client(%s)", c.client_id)
    denied(send(stack, c.client_id, c.client_secret))
    stack.sql("SELECT oauth.enable_client(%s)", c.client_id)
    after = send(stack, c.client_id, c.client_secret).status_code
    assert before == after == (400 if method == "none" else 200)


def test_rotated_secret(stack):
    """rotate_client_secret(): the old one is dead, the new one good, at
    once."""
    old = stack.register_client()
    [[secret]] = stack.sql("SELECT oauth.rotate_client_secret(%s)",
                           old.client_id)
    remember(secret)
    denied(stack.token(old, **GRANT))
    issued(stack.token(Client(old.client_id, secret), **GRANT))


def test_deleted_client(stack):
    """A deleted client is unknown, and its tokens are dead."""
    c = stack.register_client()
    token = issued(stack.token(c, **GRANT))["access_token"]
    assert stack.me(token).status_code == 403
    stack.sql("SELECT oauth.delete_client(%s)", c.client_id)
    denied(stack.token(c, **GRANT))
    assert stack.me(token).status_code == 401
