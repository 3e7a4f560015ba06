"""The keys of a client that are elsewhere (RFC 7591 section 2, jwks_uri): when
they are fetched, and what comes of a host that is slow, or bad, or ours."""
import json
import secrets
import ssl
import threading
import time
from pathlib import Path

import pytest

from client_assertion import (GRANT, claims, denied, later, reason, register,
                              send, set_client)
from client_jwt import Host, new_key, sign
from token_endpoint import PATHS, issued


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def client_id(stack, key):
    return register(stack, key)


@pytest.fixture
def host():
    h = Host()
    yield h
    h.close()


def at_uri(stack, host, path=None):
    """A client whose keys are there."""
    return register(stack, jwks_uri=host.base + (
        path or "/" + secrets.token_hex(4)))


def test_jwks_uri(stack, host, key):
    """Fetched once, whoever asks; also of no content type."""
    host.keys(key)
    c = at_uri(stack, host)
    for path in PATHS * 3:
        r = send(stack, sign(key, claims(stack, c)), path)
        assert r.status_code == 200, r.text
    assert len(host.hits) == 1
    host.answer = (200, {}, host.answer[2])
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))


def test_jwks_uri_is_shared(stack, host, key):
    """Two clients of one operator, one document."""
    host.keys(key)
    for c in (at_uri(stack, host, "/jwks"), at_uri(stack, host, "/jwks")):
        issued(send(stack, sign(key, claims(stack, c))))
    assert host.hits == ["/jwks"]


@pytest.mark.parametrize("said,kept", [
    ("max-age=0", 300), ("no-store", 300), ("max-age=1000", 1000),
    ("max-age=999999", 86400), (None, 3600)])
def test_jwks_uri_freshness(stack, host, key, said, kept):
    """As long as Cache-Control says, within 5 minutes and a day."""
    host.keys(key, **({"Cache-Control": said} if said else {}))
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))
    later(stack, kept - 10)
    issued(send(stack, sign(key, claims(stack, c))))
    assert len(host.hits) == 1
    later(stack, 11)
    issued(send(stack, sign(key, claims(stack, c))))
    assert len(host.hits) == 2


def test_jwks_uri_rotation(stack, host, key):
    """An unknown kid: fetched again, but once in 30 seconds, whoever sends
    what; the old key is good until it is gone from there."""
    new = new_key()
    host.keys(key)
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))
    later(stack, 31)
    host.keys(key, new)
    issued(send(stack, sign(new, claims(stack, c))))
    issued(send(stack, sign(key, claims(stack, c))))
    assert len(host.hits) == 2
    for _ in range(5):
        denied(send(stack, sign(new_key(), claims(stack, c))))
    assert len(host.hits) == 2
    later(stack, 31)
    host.keys(new)
    for _ in range(5):
        denied(send(stack, sign(new_key(), claims(stack, c))))
    assert len(host.hits) == 3
    denied(send(stack, sign(key, claims(stack, c))))
    issued(send(stack, sign(new, claims(stack, c))))


def in_parallel(n, do):
    """do() n times at once -> the answers."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(do()))
               for _ in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def test_jwks_uri_in_parallel(stack, host, key):
    """Many who need it at once: one fetches, the others wait for that."""
    def answer(handler):
        time.sleep(0.5)
        plain(handler)

    host.keys(key)
    plain = answer_of(host.answer)
    host.answer = answer
    c = at_uri(stack, host)
    for r in in_parallel(20, lambda: send(stack, sign(key,
                                                      claims(stack, c)))):
        issued(r)
    assert len(host.hits) == 1


def answer_of(answer):
    def do(handler):
        status, headers, body = answer
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    return do


def drip(handler):
    """A byte a second, without end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(60):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(1)
    except OSError:
        pass


def hang(handler):
    time.sleep(20)


def flood(handler):
    """A gigabyte."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1 << 14):
            handler.wfile.write(b"x" * (1 << 16))
    except OSError:
        pass


PRIVATE = new_key()

BAD = {
    "500": (500, {}, b"{}"),
    "404": (404, {}, b"{}"),
    "201 and nothing": (201, {}, b""),
    "HTML": (200, {"Content-Type": "text/html"}, b"<html>"),
    "an array": (200, {}, b"[]"),
    "no keys": (200, {}, b"{}"),
    "keys that are none": (200, {}, b'{"keys": {}}'),
    "a private key": (200, {}, json.dumps({"keys": [
        PRIVATE.export_private(as_dict=True)]}).encode()),
    "deep": (200, {}, b"[" * 60000),
    "NUL": (200, {}, b'{"keys": [], "\0": 1}'),
    "not UTF-8": (200, {}, b'{"keys": [], "\xff": 1}'),
    "a gigabyte": flood,
    "a gigabyte, it says": (200, {"Content-Length": str(1 << 30)}, b""),
    "a gzip bomb": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\0"),
}


@pytest.mark.parametrize("what", BAD)
def test_jwks_uri_bad(stack, host, key, what):
    """F82: an answer that is none; and that is remembered for 30 seconds."""
    host.answer = BAD[what]
    c = at_uri(stack, host)
    began = time.monotonic()
    denied(send(stack, sign(PRIVATE, claims(stack, c))))
    assert reason(stack).startswith("jwks_uri: ")
    assert time.monotonic() - began < 6
    host.keys(PRIVATE)
    denied(send(stack, sign(PRIVATE, claims(stack, c))))
    assert len(host.hits) == 1
    later(stack, 31)
    issued(send(stack, sign(PRIVATE, claims(stack, c))))
    # What was good stays so while the host is not, for a day.
    host.answer = BAD[what] if what != "a private key" else BAD["500"]
    later(stack, 7200)
    issued(send(stack, sign(PRIVATE, claims(stack, c))))
    assert len(host.hits) == 3
    later(stack, 86400)
    denied(send(stack, sign(PRIVATE, claims(stack, c))))


def test_jwks_uri_empty_and_many(stack, host, key):
    """F82: no keys at all; a thousand of them, of which ours is the first."""
    host.keys()
    c = at_uri(stack, host)
    denied(send(stack, sign(key, claims(stack, c))))
    assert reason(stack) == "there is no such key"
    body = {"keys": [key.export_public(as_dict=True)] + [{"kty": "EC"}] * 1000}
    host.answer = (200, {}, json.dumps(body).encode())
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))


def test_jwks_uri_slow_and_old(stack, host, key):
    """Where an old document will do, one fetches it anew, and nobody else
    waits for that."""
    host.keys(key)
    c = at_uri(stack, host)
    issued(send(stack, sign(key, claims(stack, c))))
    later(stack, 7200)
    host.answer = hang
    took = []

    def one():
        began = time.monotonic()
        issued(send(stack, sign(key, claims(stack, c))))
        took.append(time.monotonic() - began)

    in_parallel(10, one)
    assert len(host.hits) == 2
    assert 4 < max(took) < 6.5 and sorted(took)[-2] < 1.5


@pytest.mark.parametrize("how", [drip, hang])
def test_jwks_uri_slow(stack, host, key, client_id, how):
    """F82: five seconds for one request, less for the others who need it, and
    nothing for everybody else."""
    host.answer = how
    c = at_uri(stack, host)
    took = []

    def one():
        began = time.monotonic()
        r = send(stack, sign(key, claims(stack, c)))
        took.append(time.monotonic() - began)
        return r

    waiting = threading.Thread(target=lambda: statuses.extend(
        r.status_code for r in in_parallel(10, one)))
    statuses = []
    waiting.start()
    time.sleep(0.3)
    while waiting.is_alive():
        began = time.monotonic()
        issued(stack.token(stack.register_client(), **GRANT))
        assert time.monotonic() - began < 2
        time.sleep(0.2)
    waiting.join()
    assert sorted(statuses) == [401] + [503] * 9
    assert max(took) < 6.5 and sorted(took)[-2] < 4
    began = time.monotonic()
    denied(one())
    assert time.monotonic() - began < 1 and len(host.hits) == 1


def test_jwks_uri_slow_and_many(stack, host, key, client_id):
    """Whoever may register clients can not have every thread wait."""
    host.answer = hang
    slow = [at_uri(stack, host) for _ in range(40)]
    todo = slow * 10        # more than there are threads, of both processes
    fast = stack.register_client()
    statuses = []
    waiting = threading.Thread(target=lambda: statuses.extend(
        r.status_code for r in in_parallel(len(todo), lambda: send(
            stack, sign(key, claims(stack, todo.pop()))))))
    waiting.start()
    time.sleep(0.5)
    took = []
    while waiting.is_alive():
        began = time.monotonic()
        issued(stack.token(fast, **GRANT))
        took.append(time.monotonic() - began)
        time.sleep(0.2)
    assert max(took) < 2 and len(took) > 5
    assert set(statuses) == {401, 503} and len(statuses) == 400


def test_jwks_uri_redirect(stack, host, key):
    """F82: to another place, to itself, to another scheme: not followed."""
    other = Host()
    other.keys(key)
    try:
        for to in (other.base + "/", "file:///etc/passwd", "/jwks", ""):
            for status in (301, 302, 303, 307, 308):
                host.answer = (status, {"Location": to}, b"")
                c = at_uri(stack, host)
                denied(send(stack, sign(key, claims(stack, c))))
        assert not other.hits and len(host.hits) == 20
    finally:
        other.close()


def test_jwks_uri_private_address(make_stack, stack, host, key):
    """Where the operator has named no network of theirs, nothing on this
    machine is asked, however it is spelled."""
    own = make_stack(stack.server)
    host.keys(key)
    own.sql("UPDATE oauth.setting SET outgoing_networks = '{}'")
    for name in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
                 "2130706433", "0x7f.1", "0", "0.0.0.0", "127.1"):
        for scheme in ("http", "https"):
            c = register(own, jwks_uri="https://client.test/jwks")
            set_client(own, c, "jwks_uri", f"{scheme}://{name}:{host.port}/")
            denied(send(own, sign(key, claims(own, c))))
            assert reason(own).startswith("jwks_uri: ")
    assert not host.hits
    own.sql("UPDATE oauth.setting SET outgoing_networks = '{127.0.0.0/8}'")
    c = at_uri(own, host)
    issued(send(own, sign(key, claims(own, c))))


@pytest.mark.parametrize("uri", [
    "", "x", "file:///etc/passwd", "ftp://localhost/", "http://localhost:0/",
    "https://user:password@localhost/", "https://", "http://localhost:1/",
    "https://no-such-host.invalid/"])
def test_jwks_uri_that_is_none(stack, key, uri):
    c = register(stack, jwks_uri="https://client.test/jwks")
    set_client(stack, c, "jwks_uri", uri)
    denied(send(stack, sign(key, claims(stack, c))))
    assert "password" not in reason(stack)


def test_no_keys(stack, key):
    c = register(stack, key)
    set_client(stack, c, "jwks", None)
    denied(send(stack, sign(key, claims(stack, c))))
    assert reason(stack) == "there is no such key"
    for jwks in ("{}", "[]", '{"keys": {}}', '{"keys": [1]}', '{"keys": []}'):
        set_client(stack, c, "jwks", jwks)
        denied(send(stack, sign(key, claims(stack, c))))


def test_jwks_uri_by_https(make_stack):
    """Only of who shows a certificate of those that are trusted."""
    own = make_stack("lighttpd", TLS="1")
    tls = Path(own.ca_file).parent
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "localhost.pem", tls / "localhost.key")
    host, key = Host(context), new_key()
    host.keys(key)
    try:
        c = at_uri(own, host)
        r = send(own, sign(key, claims(own, c)), )
        issued(r)
        own.sql("UPDATE oauth.setting SET outgoing_ca_file = NULL")
        c = at_uri(own, host)
        denied(send(own, sign(key, claims(own, c))))
        assert len(host.hits) == 1
    finally:
        host.close()
