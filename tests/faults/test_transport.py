"""What comes before a request, and instead of one: peers that go, that dawdle,
that write half a record or another one, and more of them than there is room for.
"""
import os
import random
import socket
import struct
import subprocess
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

import fcgi
import psycopg2
import pytest
from case import LONG, SEED
from postern_stack import Cluster, Stack
from world import may_be_anyone

# Connections that a program serves at a time, so that others have to wait.
ROOM = 4

# Behind nginx it needs more than those that nginx keeps
# (deploy/nginx/postern-upstream.conf).
SERVERS = {"lighttpd": ROOM, "nginx": 64 + ROOM, "apache": ROOM}
HTTP = "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\n" \
    "Content-Type: application/x-www-form-urlencoded\r\n" \
    "Connection: close\r\nContent-Length: {}\r\n\r\n"


def body_for(client):
    return (f"grant_type=client_credentials&client_id={client.client_id}"
            f"&client_secret={client.client_secret}").encode()


# Connections to PostgreSQL that are made when much is to do at once, and kept.
LANES = 3


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def settles(call, wanted, seconds=15):
    """Does it come to that, in time?"""
    end = time.monotonic() + seconds
    while call() != wanted and time.monotonic() < end:
        time.sleep(0.05)
    return call() == wanted


# -- through the web servers

class Front:
    """A stack of one small process, and what to send it."""

    def __init__(self, stack):
        self.stack = stack
        self.client = stack.register_client(
            token_endpoint_auth_method="client_secret_post")
        body = body_for(self.client)
        self.request = HTTP.format(len(body)).encode() + body
        self.head = len(self.request) - len(body)
        for _ in range(3 * ROOM):
            assert self.is_served()
        [pid] = subprocess.run(
            ["pgrep", "-f", f"^{stack.state}/bin/token"], text=True,
            capture_output=True, check=True).stdout.split()
        self.pid = int(pid)

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.stack.port))
        s.settimeout(30)
        return s

    def is_served(self):
        with self.connect() as s:
            s.sendall(self.request)
            return b"access_token" in read_all(s)


def read_all(s):
    data = b""
    while more := s.recv(65536):
        data += more
    return data


@pytest.fixture(scope="module", params=SERVERS)
def front(request, make_stack):
    return Front(make_stack(request.param, PROCESSES="1", POSTERN_CONNECTIONS=
                            str(SERVERS[request.param])))


# How much a client sends before it goes.
STAGES = {
    "connected": lambda f: 0,
    "half a head": lambda f: f.head // 2,
    "the head": lambda f: f.head,
    "half a body": lambda f: (f.head + len(f.request)) // 2,
    "all": lambda f: len(f.request),
}


@pytest.mark.parametrize("reset", [False, True], ids=["close", "reset"])
@pytest.mark.parametrize("stage", STAGES)
def test_client_gone(front, stage, reset):
    """More of them than there is room for; nobody is missed afterwards."""
    before = descriptors(front.pid)
    for _ in range(3 * ROOM):
        with front.connect() as s:
            s.sendall(front.request[:STAGES[stage](front)])
            if reset:   # unread data, or none: the peer is gone at once
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
    for _ in range(2 * ROOM):
        assert front.is_served()
    assert settles(lambda: descriptors(front.pid) <= before + LANES, True)
    os.kill(front.pid, 0)


def test_slow_bodies(front):
    """A byte at a time, twice as many as there is room for: others are served
    meanwhile, and the slow are in the end.  Apache hands a body on as it comes:
    each takes room, as long as RequestReadTimeout lets it."""
    slow, stop = 2 * ROOM, front.head + 40
    if front.stack.server == "apache":
        slow = ROOM - 1
    with ExitStack() as stack:
        peers = [stack.enter_context(front.connect()) for _ in range(slow)]
        for s in peers:
            s.sendall(front.request[:front.head])
        for at in range(front.head, stop):
            for s in peers:
                s.sendall(front.request[at:at + 1])
            if at % 10 == 0:
                began = time.monotonic()
                assert front.is_served()
                assert time.monotonic() - began < 3
            time.sleep(0.02)
        for s in peers:
            s.sendall(front.request[stop:])
        assert all(b"access_token" in read_all(s) for s in peers)


@pytest.mark.long     # it takes the servers' patience
def test_bodies_that_do_not_come(front):
    """The web server's patience ends, and the programs have nothing to do."""
    with ExitStack() as stack:
        peers = [stack.enter_context(front.connect()) for _ in range(8)]
        for s in peers:
            s.settimeout(150)
            s.sendall(front.request[:-5])
        assert front.is_served()
        for s in peers:
            assert b"access_token" not in read_all(s)
    assert front.is_served()


# -- straight to the program's socket

@pytest.fixture(scope="module")
def stack(make_stack):
    return make_stack("lighttpd", PROCESSES="1")


@pytest.fixture
def program(stack, tmp_path):
    """program(name, ...): one of ours without a web server."""
    started = []

    def start(name, prefix=(), **env):
        started.append(fcgi.Program(
            name, str(tmp_path / f"{name}{len(started)}.sock"), {
                "POSTERN_DATABASE": f"host={stack.cluster.home}/pgrun "
                                    f"dbname={stack.database} user=postgres",
                "POSTERN_KEY_FILE": f"{stack.state}/key",
                "POSTERN_CONNECTIONS": str(ROOM), **env},
            prefix=prefix, backlog=1024))
        return started[-1]

    yield start
    for p in started:
        p.close()


@pytest.fixture(scope="module")
def good(stack):
    """-> parameters, body of a request that is answered by a token."""
    body = body_for(stack.register_client(
        token_endpoint_auth_method="client_secret_post"))
    return {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/oauth/token",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1",
            }, body


def at_once(program, good, count):
    """So many requests side by side -> the answers."""
    answers = []

    def ask():
        try:
            answers.append(program.ask(*good))
        except OSError as e:
            answers.append(repr(e).encode())

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def is_whole(program, good, before):
    """Alive, serves as many as ever, and no descriptor was left behind."""
    [process] = program.processes
    assert process.poll() is None, program.log()
    assert all(b"access_token" in a for a in at_once(program, good, ROOM))
    return settles(lambda: descriptors(process.pid) <= before + LANES,
                   True)


def started(program, good):
    """-> the program, warm, and its descriptors."""
    p = program("token")
    for _ in range(3):
        at_once(p, good, ROOM)
    return p, descriptors(p.processes[0].pid)


def say(program, data):
    """That and no more -> what is answered."""
    with program.connect() as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            return fcgi.read_answer(s)
        except OSError:     # it had heard enough
            return b""


def test_a_request_cut_at_every_byte(program, good):
    p, before = started(program, good)
    whole = fcgi.request(*good)
    for cut in range(len(whole)):
        answer = say(p, whole[:cut])
        # Once all of the body is there, the record that ends it says nothing.
        if cut < len(whole) - 8:
            assert b"200 OK" not in answer, cut
    assert b"200 OK" in say(p, whole)
    assert is_whole(p, good, before)


def records(data):
    """-> the offset of each record."""
    at = 0
    while at < len(data):
        yield at
        _, _, _, length, padding = struct.unpack("!BBHHBx", data[at:at + 8])
        at += 8 + length + padding


# Of a record's header: where, how it is packed, and what may be wrong there.
FIELDS = {
    "version": (0, "!B", (0, 2, 255)),
    "type": (1, "!B", (0, *range(1, 12), 255)),
    "request id": (2, "!H", (0, 2, 256, 65535)),
    "length": (4, "!H", (0, 1, 7, 255, 65535)),
    "padding": (6, "!B", (1, 7, 255)),
}


def spoilt(whole):
    """-> what was done, the bytes."""
    for at in records(whole):
        for name, (offset, form, values) in FIELDS.items():
            for value in values:
                data = bytearray(whole)
                struct.pack_into(form, data, at + offset, value)
                if data != whole:
                    yield f"{name} {value} of the record at {at}", bytes(data)
        for kind, other in (("ABORT", fcgi.ABORT), ("END", fcgi.END),
                            ("STDIN", fcgi.STDIN), ("nothing", 0)):
            extra = fcgi.record(other)
            yield f"{kind} before {at}", whole[:at] + extra + whole[at:]
        second = fcgi.request({"REQUEST_METHOD": "GET"}).replace(
            b"\0\1", b"\0\2", 1)
        yield f"another request at {at}", whole[:at] + second + whole[at:]


def test_records_that_are_none(program, good):
    """Each field of each record wrong, and records where there are none."""
    p, before = started(program, good)
    cases = list(spoilt(fcgi.request(*good)))
    if not LONG:
        cases = random.Random(SEED).sample(cases, len(cases) // 2)
    for what, data in cases:
        say(p, data)
        assert p.processes[0].poll() is None, (what, p.log())
    assert is_whole(p, good, before)


def test_body_before_parameters(program, good):
    p, before = started(program, good)
    params, body = good
    packed = fcgi.request(params)[len(fcgi.begin()):-8]
    answer = say(p, fcgi.begin() + fcgi.record(fcgi.STDIN, body) + packed)
    assert b"200 OK" not in answer
    assert is_whole(p, good, before)


@pytest.mark.parametrize("name", [b"HTTP_X", b"QUERY_STRING", b""])
def test_parameters_without_end(program, good, name):
    """Megabytes of them: an answer or none, and then all is as it was."""
    p, before = started(program, good)
    many = fcgi.record(fcgi.PARAMS, fcgi.pair(name, b"a" * 60000)) * 200
    answer = say(p, fcgi.begin() + many)
    assert b"200 OK" not in answer
    answer = say(p, fcgi.begin() + many + fcgi.request(*good)[16:])
    assert b"200 OK" not in answer      # more than ARRIVAL_BYTES is not taken
    assert is_whole(p, good, before)


@pytest.mark.long     # GATEWAY_PIECE_MS is 10 seconds
def test_half_a_request_that_is_left_open(program, good):
    """There is no room left meanwhile, but not for ever."""
    p, before = started(program, good)
    whole = fcgi.request(*good)
    with ExitStack() as stack:
        for cut in (0, 5, 40, len(whole) - 30)[:ROOM]:
            s = stack.enter_context(p.connect())
            s.sendall(whole[:cut])
        began = time.monotonic()
        assert b"200 OK" in p.ask(*good)
        assert time.monotonic() - began < 13
    assert is_whole(p, good, before)


@pytest.mark.long     # GATEWAY_BODY_MS is 30 seconds
def test_a_body_by_drops(program, good):
    """Each in time, all of them not."""
    p, before = started(program, good)
    params, body = good
    head = fcgi.request(params)[:-8]
    with p.connect() as s:
        s.settimeout(60)
        s.sendall(head)
        began = time.monotonic()
        for at in range(len(body)):
            try:
                s.sendall(fcgi.record(fcgi.STDIN, body[at:at + 1]))
            except OSError:
                break
            time.sleep(1)
            if time.monotonic() - began > 34:
                break
        s.shutdown(socket.SHUT_WR)
        assert b"Status: 408" in fcgi.read_answer(s)
    assert is_whole(p, good, before)


# -- more than there is room for

def test_more_connections_than_room(program, good):
    p, before = started(program, good)
    answers = at_once(p, good, 25 * ROOM)
    assert all(b"200 OK" in a for a in answers)
    assert is_whole(p, good, before)


@pytest.mark.parametrize("limit", [20, 24, 32, 64])
def test_more_connections_than_descriptors(program, good, limit):
    """A 200 or a 503 for each, and then all is well."""
    p = program("token", prefix=["prlimit", f"--nofile={limit}:{limit}"],
                POSTERN_CONNECTIONS="512")
    began = time.monotonic()
    answers = at_once(p, good, 100)
    assert time.monotonic() - began < 20
    wrong = [a for a in answers
             if b"Status: 200" not in a and b"Status: 503" not in a]
    assert not wrong, (wrong[0], p.log()[-2000:])
    assert all(b"Retry-After" in a for a in answers if b"Status: 503" in a)
    [process] = p.processes
    assert process.poll() is None
    assert settles(lambda: b"200 OK" in p.ask(*good), True), (
        p.ask(*good), p.log()[-1500:])
    assert all(b"200 OK" in a for a in at_once(p, good, 4))


@pytest.mark.parametrize("soft, hard, room", [(20, 64, 48), (20, 900, 512)])
def test_connections_leave_descriptors(program, good, soft, hard, room):
    """As many as the limit lets it have; and however many are kept, some are
    left for PostgreSQL."""
    p = program("token", prefix=["prlimit", f"--nofile={soft}:{hard}"],
                POSTERN_CONNECTIONS="512")
    with ExitStack() as kept:
        for _ in range(60):
            kept.enter_context(p.connect())
        answers = at_once(p, good, 1) if room > 60 else [b"200 OK"]
        assert b"200 OK" in answers[0]
    assert settles(lambda: b"200 OK" in p.ask(*good), True)
    assert f"serving up to {room} connections" in p.log()


@pytest.fixture
def small():
    """A stack whose PostgreSQL has room for 13 that are not superusers."""
    extra = os.environ.get("PG_EXTRA", "")
    os.environ["PG_EXTRA"] = extra + "\nmax_connections = 16"
    try:
        cluster = Cluster()
    finally:
        os.environ["PG_EXTRA"] = extra
    may_be_anyone(cluster)
    made = Stack(cluster, "lighttpd", PROCESSES="1")
    yield made
    made.close()
    cluster.close()


def take_all(stack, taken):
    """Every connection that there is."""
    while True:
        try:
            taken.enter_context(closing(psycopg2.connect(
                host=f"{stack.cluster.home}/pgrun", dbname=stack.database,
                user="postern_metadata", application_name="hog")))
        except psycopg2.OperationalError as e:
            assert "too many" in str(e) or "remaining connection" in str(e)
            return


def hog(stack, taken):
    """And those of the programs, as these lose them."""
    for _ in range(100):
        take_all(stack, taken)
        if stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     " WHERE usename LIKE 'postern_%%'"
                     " AND application_name <> 'hog'") == []:
            return
        time.sleep(0.1)
    raise AssertionError("the programs keep theirs")


def test_postgresql_has_no_connection_left(small):
    """503 as long as that lasts, and no longer."""
    client = small.register_client()

    def ask():
        return small.token(client, grant_type="client_credentials")

    assert ask().status_code == 200
    with ExitStack() as taken:
        hog(small, taken)
        for _ in range(3):
            r = ask()
            assert r.status_code == 503 and r.headers["Retry-After"]
            assert r.json()["error"] == "temporarily_unavailable"
    assert settles(lambda: ask().status_code, 200)


def test_nothing_of_a_sanitizer(make_stack):
    for made in make_stack.made:
        text = made.log_text()
        assert "Sanitizer" not in text and "Assertion" not in text
    assert Path(make_stack.made[0].state).exists()
