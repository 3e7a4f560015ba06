"""What others have to say about a registration: sectors (OpenID Connect Dynamic
Client Registration section 5), software statements (RFC 7591 section 2.3)."""
import base64
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from client_jwt import Host, new_key, public, sign
from registering import (  # noqa: F401
    CB, fixture_opened, initial_token, is_error, is_refused, manage, post,
    register, replace)


@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


def b64(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode(
        ).rstrip("=")


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


@pytest.mark.parametrize("uri", [
    "http://169.254.169.254/", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/",
    "file:///etc/passwd", "gopher://localhost/", "https://user@localhost/",
    "https://localhost/#f", "//localhost/", "", "x" * 5000], ids=range(10))
def test_sectors_that_are_not_asked(stack, host, uri):
    """Attack 70."""
    is_refused(stack, sector_identifier_uri=uri)
    assert not host.hits


def test_a_sector_elsewhere(stack, host):
    """Attack 70: a redirect is not followed; too much, or too deep."""
    host.answer = (302, {"Location": host.base + "/elsewhere"}, b"")
    is_refused(stack, sector_identifier_uri=host.base + "/sector")
    assert host.hits == ["/sector"]
    for body in (b'["x",' + b'"x",' * 20000 + b'"' + CB.encode() + b'"]',
                 b"[" * 5000 + b"]" * 5000, b'["' + CB.encode() + b'",]',
                 b'["' + CB.encode() + b'\\u0000"]', b""):
        host.answer = (200, {}, body)
        is_refused(stack, sector_identifier_uri=host.base + "/sector")


def test_nobody_is_asked_over_the_limit(stack, host, setting):
    setting(registration_address_limit=0)
    answer = post(stack, {"redirect_uris": [CB], "sector_identifier_uri":
                          lies_there(host, [CB])})
    is_error(answer, 429, "temporarily_unavailable")
    assert not host.hits


def test_slow_hosts_of_sectors(stack, host):
    """They hold some threads, and not all: who comes then is told so. There are
    two processes that let 24 wait each, however the requests fall to them."""
    go_on = threading.Event()
    host.answer = lambda _: go_on.wait(60)
    body = {"redirect_uris": [CB], "sector_identifier_uri":
            host.base + "/sector"}
    with ThreadPoolExecutor(72) as pool:
        answers = [pool.submit(post, stack, body) for _ in range(72)]
        try:
            assert register(stack)["client_id"]
            statuses = Counter(a.result().status_code for a in answers)
        finally:
            go_on.set()
    assert set(statuses) == {400, 503}, statuses
    assert len(host.hits) < len(answers)


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
    def unsigned(alg):
        return ".".join([b64({"alg": alg}), b64(good), "AAAA"])

    for wrong in (unsigned("none"), unsigned("HS256"), unsigned("none")[:-4],
                  made + ".x", sign(publisher, {"iss": "https://store.test\0"})):
        is_refused(stack, "invalid_software_statement",
                   software_statement=wrong)
    is_refused(stack, "unapproved_software_statement", software_statement=sign(
        publisher, {"iss": ["https://store.test"]}))
    # What it says is judged as what a client says is.
    is_refused(stack, "invalid_redirect_uri", software_statement=sign(
        publisher, {**good, "redirect_uris": ["javascript:x"]}))
    for more in ({"access_token_lifetime": 5}, {"client_id": "mine"},
                 {"client_secret": "mine"}, {"grant_types": ["password"]},
                 {"scope": "nonsense"}):
        is_refused(stack, software_statement=sign(
            publisher, {**good, **more}))


def test_a_publisher_without_keys(stack, publisher):
    """What was set by SQL may be anything: nothing is verified with it."""
    stack.sql("UPDATE oauth.software_publisher SET jwks = '{}'")
    is_refused(stack, "invalid_software_statement", software_statement=sign(
        publisher, {"iss": "https://store.test", "client_name": "Stated"}))


def test_long_software_statements(stack, publisher):
    """They hold keys and texts; but not all that fits a request."""
    said = {"iss": "https://store.test", "client_name": "Stated"}
    long = sign(publisher, {**said, "software_description": "x" * 10000})
    assert register(stack, software_statement=long)[
        "software_statement"] == long
    is_refused(stack, software_statement=sign(
        publisher, {**said, "software_description": "x" * 30000}))
