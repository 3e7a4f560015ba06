"""What happens when the world fails: the database gone, slow or locked, the
programs told to stop or killed, a peer that speaks nonsense."""
import json
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests

import fcgi
from postern_stack import BUILD, Cluster, Stack, flow, get_code, redeem


@pytest.fixture(scope="module")
def own():
    """A stack on a cluster of its own, to be killed."""
    cluster = Cluster()
    stack = Stack(cluster, "lighttpd")
    yield stack
    cluster.start()
    stack.close()
    cluster.close()


def timed(call):
    began = time.monotonic()
    return call(), time.monotonic() - began


def until(call, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if call():
            return True
        time.sleep(0.1)
    return False


def test_database_gone_and_back(own):
    """503 within two seconds, and recovery without a restart."""
    client, user = own.register_client(), own.create_user()
    tokens = flow(own, client, user)
    own.cluster.kill()
    calls = {
        "token": lambda: own.token(client, grant_type="client_credentials"),
        "me": lambda: own.me(tokens["access_token"]),
        "revoke": lambda: own.post(
            "/oauth/revoke", {"token": tokens["access_token"]}, client),
        "health": lambda: requests.get(own.url + "/health", timeout=10),
        "authorize": lambda: requests.get(
            own.url + "/oauth/authorize", timeout=10,
            params={"client_id": client.client_id}),
        "par": lambda: own.post("/oauth/par", {}, client),
        "kept": lambda: requests.get(
            own.url + "/oauth/authorize", timeout=10,
            params={"client_id": client.client_id, "request_uri":
                    "urn:ietf:params:oauth:request_uri:" + "A" * 43}),
        "device_authorization": lambda: own.post(
            "/oauth/device_authorization", {}, client),
        "device": lambda: requests.get(
            own.url + "/oauth/device", timeout=10,
            params={"user_code": "BCDF-GHJK"}),
        "qr": lambda: requests.get(
            own.url + "/oauth/device/qr", timeout=10,
            params={"user_code": "BCDF-GHJK"}),
    }
    for name, call in calls.items():
        r, seconds = timed(call)
        assert r.status_code == 503, (name, r.text)
        assert seconds < 2, name
        assert r.headers["Retry-After"], name
        assert "WWW-Authenticate" not in r.headers, name
    assert "temporarily_unavailable" in calls["token"]().text
    own.cluster.start()
    assert until(lambda: calls["token"]().status_code == 200)
    assert until(lambda: calls["me"]().status_code == 200)


def test_database_restarted_under_load(own):
    """Every answer is a 200 that holds, or a 503."""
    client = own.register_client()
    seen, stop = [], threading.Event()

    def load():
        while not stop.is_set():
            try:
                r = own.token(client, grant_type="client_credentials")
                seen.append((r.status_code, r.json().get("access_token")))
            except requests.ConnectionError:
                seen.append((0, None))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for t in threads:
        t.start()
    time.sleep(0.5)
    own.cluster.kill()
    time.sleep(0.5)
    own.cluster.start()
    time.sleep(1)
    stop.set()
    for t in threads:
        t.join()
    assert {s for s, _ in seen} <= {200, 503}
    assert seen[-1][0] == 200
    for status, token in seen:
        if status == 200:
            r = own.post("/oauth/introspect", {"token": token}, client)
            assert r.json()["active"] is True


def test_a_lock_is_not_waited_for_forever(own):
    """J117: 503 in bound, and nothing stays behind."""
    client, user = own.register_client(), own.create_user()
    code, verifier, _ = get_code(own, client, user)
    with own.db() as blocker, blocker.cursor() as c:
        blocker.autocommit = False
        c.execute("LOCK TABLE oauth.authorization_code IN ACCESS EXCLUSIVE MODE")
        r, seconds = timed(lambda: redeem(own, client, code, verifier))
        assert r.status_code == 503 and seconds < 5
        blocker.rollback()
    assert redeem(own, client, code, verifier).status_code == 200


def test_a_killed_program_is_started_again(own):
    client = own.register_client()
    for _ in range(3):
        pids = subprocess.run(
            ["pgrep", "-f", f"^{own.state}/bin/token"], text=True,
            capture_output=True, check=True).stdout.split()
        assert len(pids) == 2
        for pid in pids:
            os.kill(int(pid), signal.SIGKILL)
        assert until(lambda: own.token(
            client, grant_type="client_credentials").status_code == 200)
        assert until(lambda: len(subprocess.run(
            ["pgrep", "-f", f"^{own.state}/bin/token"], text=True,
            capture_output=True, check=False).stdout.split()) == 2)


@pytest.fixture
def program(own, tmp_path):
    """program(name): one of ours without a web server or a supervisor."""
    started = []

    def start(name, **env):
        started.append(fcgi.Program(name, str(tmp_path / f"{name}.sock"), {
            "POSTERN_DATABASE": f"host={own.cluster.home}/pgrun "
                                f"dbname={own.database} user=postgres",
            "POSTERN_KEY_FILE": f"{own.state}/key", **env}))
        return started[-1]

    yield start
    for p in started:
        p.close()


TOKEN = {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/oauth/token",
         "CONTENT_TYPE": "application/x-www-form-urlencoded",
         "REMOTE_ADDR": "127.0.0.1"}


def token_request(client):
    body = (f"grant_type=client_credentials&client_id={client.client_id}"
            f"&client_secret={client.client_secret}").encode()
    return {**TOKEN, "CONTENT_LENGTH": str(len(body))}, body


def post_client(own):
    return own.register_client(
        token_endpoint_auth_method="client_secret_post")


def test_sigterm_lets_requests_finish(own, program):
    """In flight is finished, exit 0 within five seconds."""
    token, client = program("token"), post_client(own)
    with own.db() as blocker, blocker.cursor() as c:
        blocker.autocommit = False
        c.execute("LOCK TABLE oauth.access_token IN ACCESS EXCLUSIVE MODE")
        with token.connect() as s:
            s.sendall(fcgi.request(*token_request(client)))
            time.sleep(0.5)
            token.processes[0].send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert token.processes[0].poll() is None
            blocker.rollback()
            assert b"200 OK" in fcgi.read_answer(s)
    assert token.processes[0].wait(5) == 0


def test_sigterm_when_idle(program):
    metadata = program("metadata")
    with metadata.connect() as kept:
        kept.sendall(fcgi.request({
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "/health"}, keep=True))
        assert b"200 OK" in fcgi.read_answer(kept)
        _, seconds = timed(lambda: (
            metadata.processes[0].send_signal(signal.SIGTERM),
            metadata.processes[0].wait(5)))
    assert metadata.processes[0].returncode == 0 and seconds < 3


def test_kept_connections(own, program):
    """One connection, many requests; each has its own answer."""
    metadata = program("metadata")
    with metadata.connect() as s:
        for path, want in (("/health", b'{"status":"ok"}'),
                           ("/nothing", b"404 Not Found"),
                           ("/health", b'{"status":"ok"}')) * 20:
            s.sendall(fcgi.request({"REQUEST_METHOD": "GET",
                                    "SCRIPT_NAME": path}, keep=True))
            assert want in fcgi.read_answer(s)


def test_forged_parameters(own, program):
    """I105: a variable that stands twice, names with '=', NUL in values."""
    token = program("token")
    params, body = token_request(post_client(own))
    assert b"200 OK" in token.ask(params, body)
    twice = list(params.items()) + [("REQUEST_METHOD", "GET")]
    assert b"400 Bad Request" in token.ask(twice, body)
    odd = list(params.items()) + [("", "x"), ("A=B", "c"), ("=", "=")]
    assert b"200 OK" in token.ask(odd, body)
    shifted = [(k, v) for k, v in params.items() if k != "SCRIPT_NAME"]
    assert b"404" in token.ask(
        shifted + [("SCRIPT_NAME", "/oauth/tok\0en")], body)


def test_body_and_its_length(own, program):
    """B22: what CONTENT_LENGTH says is what is read, if it can be."""
    token = program("token")
    params, body = token_request(post_client(own))
    for length in ("-1", "+5", " 5", "5,5", "0x10", str(2 ** 64), "ten"):
        r = token.ask({**params, "CONTENT_LENGTH": length}, body)
        assert b"Status: 400" in r, length
    for length in ("65537", str(2 ** 31), str(10 ** 17)):
        r = token.ask({**params, "CONTENT_LENGTH": length}, body)
        assert b"Status: 413" in r, length
    longer = {**params, "CONTENT_LENGTH": str(len(body) + 1)}
    assert b"the request ended early" in token.ask(longer, body)
    none = {k: v for k, v in params.items() if k != "CONTENT_LENGTH"}
    assert b"200 OK" in token.ask(none, body)
    assert b"Status: 413" in token.ask(none, b"a" * 70000)
    assert b"200 OK" in token.ask(params, body + b"&trailing=1")


def test_nonsense_on_the_socket(own, program):
    """Neither a hang nor a crash; the next request is served."""
    token = program("token", POSTERN_CONNECTIONS="4")
    params, body = token_request(post_client(own))
    good = fcgi.request(params, body)
    for junk in (b"", b"\0" * 8, b"GET / HTTP/1.0\r\n\r\n", os.urandom(4096),
                 fcgi.begin(), good[:20], good[:-8],
                 fcgi.record(99, b"x" * 100),
                 fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\x7f\x7fabc")):
        with token.connect() as s:
            s.sendall(junk)
            s.shutdown(socket.SHUT_WR)
            s.settimeout(12)
            fcgi.read_answer(s)
    assert b"200 OK" in token.ask(params, body)
    assert token.processes[0].poll() is None


def test_client_gone(own, program):
    """I108: who does not wait for the answer harms nobody."""
    token = program("token", POSTERN_CONNECTIONS="2")
    params, body = token_request(post_client(own))
    for _ in range(50):
        with token.connect() as s:
            s.sendall(fcgi.request(params, body))
    assert b"200 OK" in token.ask(params, body)


def test_tcp_is_refused(own, tmp_path):
    """I106: over TCP anyone could claim to be anyone."""
    p = fcgi.Program("token", str(tmp_path / "tcp"), {
        "POSTERN_DATABASE": "host=/nowhere",
        "POSTERN_KEY_FILE": f"{own.state}/key"}, family=socket.AF_INET)
    try:
        assert p.processes[0].wait(5) == 1
        assert "FCGI_WEB_SERVER_ADDRS" in p.log()
    finally:
        p.close()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("allowed, answered", [
    ("127.0.0.1", True), ("192.0.2.1, 127.0.0.1", True), ("::1", False),
    ("192.0.2.1", False), ("127.0.0.1.example", False)])
def test_tcp_from_a_web_server(own, tmp_path, family, allowed, answered):
    """A socket of both families has IPv4 peers by mapped addresses."""
    p = fcgi.Program("metadata", str(tmp_path / "tcp"), {
        "POSTERN_DATABASE": f"host={own.cluster.home}/pgrun "
                            f"dbname={own.database} user=postgres",
        "FCGI_WEB_SERVER_ADDRS": allowed}, family=family)
    try:
        try:
            answer = p.ask({"REQUEST_METHOD": "GET",
                            "SCRIPT_NAME": "/health"})
        except ConnectionError:
            answer = b""
        assert (b"Status: 200" in answer) == answered
        assert ("FCGI_WEB_SERVER_ADDRS" in p.log()) != answered
    finally:
        p.close()


def test_the_log_without_a_standard_error(own, tmp_path):
    """spawn-fcgi leaves /dev/null there: then the web server gets the line, by
    the request's own error stream (docs/design.md)."""
    p = fcgi.Program("metadata", str(tmp_path / "quiet.sock"), {
        "POSTERN_DATABASE": f"host={own.cluster.home}/pgrun "
                            f"dbname={own.database} user=postgres"},
        prefix=("sh", "-c", 'exec "$0" 2>/dev/null'))
    try:
        for path, status in ("/health", 200), ("/nothing", 404):
            with p.connect() as s:
                s.sendall(fcgi.request({"REQUEST_METHOD": "GET",
                                        "SCRIPT_NAME": path}))
                line = json.loads(fcgi.read_answer(s, fcgi.STDERR))
            assert (line["program"], line["status"]) == ("metadata", status)
        assert not p.log()
    finally:
        p.close()


def test_what_postgresql_says_at_the_start_is_an_event(own, program):
    """A collation of another version, after the system was brought up to
    date: libpq itself would write several lines of plain text."""
    own.sql("UPDATE pg_database SET datcollversion = '0.1'"
            " WHERE datname = current_database()")
    try:
        p = program("metadata")
        assert b"200 OK" in p.ask({"REQUEST_METHOD": "GET",
                                   "SCRIPT_NAME": "/health"})
    finally:
        own.sql("UPDATE pg_database SET datcollversion = NULL"
                " WHERE datname = current_database()")
    lines = [json.loads(line) for line in p.log().splitlines()
             if not line.startswith("==")]      # a sanitizer's own
    assert any("collation version" in line.get("event", "")
               for line in lines), lines


def test_options_of_the_connection_string(own, program):
    """They are heeded, beside those that every connection must have."""
    p = program("token", POSTERN_DATABASE=(
        f"host={own.cluster.home}/pgrun dbname={own.database} user=postgres"
        " options='-c default_transaction_read_only=on'"))
    answer = p.ask(*token_request(post_client(own)))
    assert b"Status: 503" in answer and "read only" in p.log()


def test_no_database_at_start(own, program):
    """Absent at start is no different from absent later."""
    p = program("token", POSTERN_DATABASE="host=/nowhere dbname=x")
    params, body = token_request(post_client(own))
    answer, seconds = timed(lambda: p.ask(params, body))
    assert b"Status: 503" in answer and seconds < 2


def test_programs_are_where_the_test_looks():
    assert (Path(BUILD) / "cgi-bin" / "token").exists()
