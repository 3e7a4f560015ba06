"""Which process of several serves a connection, when it takes the request, and
what a process that is told to stop still does."""
import array
import fcntl
import os
import signal
import termios
import time

import pytest

import fcgi

# Answered without a database: 404.
NOTHING = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/nothing"}


@pytest.fixture
def program(tmp_path):
    """program(processes): metadata, on one socket."""
    started = []

    def start(processes=1, **env):
        started.append(fcgi.Program(
            "metadata", str(tmp_path / "metadata.sock"),
            {"POSTERN_DATABASE": "host=/nowhere", **env},
            processes=processes))
        # All of them listen.
        end = time.monotonic() + 10
        while started[-1].log().count("serving up to") < processes:
            assert time.monotonic() < end
            time.sleep(0.02)
        return started[-1]

    yield start
    for p in started:
        p.close()


def is_answered(s, **kw):
    s.sendall(fcgi.request(NOTHING, **kw))
    return b"Status: 404" in fcgi.read_answer(s)


def timed_answer(p):
    began = time.monotonic()
    with p.connect() as s:
        assert is_answered(s)
    return time.monotonic() - began


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def test_who_is_full_leaves_it_to_another(program):
    """The kernel tells one process of a connection."""
    p = program(2, POSTERN_CONNECTIONS="1")
    with p.connect():
        time.sleep(0.2)
        for _ in range(5):
            assert timed_answer(p) < 1
        with p.connect() as second:
            # Both are: whoever comes now waits for one of them.
            time.sleep(0.2)
            with p.connect() as third:
                third.sendall(fcgi.request(NOTHING))
                time.sleep(0.2)
                second.close()
                assert b"Status: 404" in fcgi.read_answer(third)


def test_who_stops_leaves_it_to_another(program):
    p = program(2)
    with p.connect() as half:
        half.sendall(fcgi.request(NOTHING)[:20])
        time.sleep(0.2)
        stops = max(p.processes, key=descriptors)
        stops.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        for _ in range(5):
            assert timed_answer(p) < 1
        assert stops.poll() is None
        half.sendall(fcgi.request(NOTHING)[20:])
        assert b"Status: 404" in fcgi.read_answer(half)
    assert stops.wait(5) == 0


def test_a_kept_connection_is_answered_once_more(program):
    """Its peer can not know that we are about to stop, and would not send
    again what is not idempotent."""
    p = program()
    kept = [p.connect() for _ in range(3)]
    for s in kept:
        assert is_answered(s, keep=True)
    with p.connect() as half:
        half.sendall(fcgi.request(NOTHING)[:20])
        time.sleep(0.2)
        p.processes[0].send_signal(signal.SIGTERM)
        for s in kept:
            time.sleep(0.1)
            assert is_answered(s, keep=True)
            # That was its last.
            assert s.recv(1) == b""
            s.close()
        half.sendall(fcgi.request(NOTHING)[20:])
        assert b"Status: 404" in fcgi.read_answer(half)
    assert p.processes[0].wait(5) == 0


def test_none_is_lost_where_one_stops(program):
    """Who connects at that moment is answered, by whichever process."""
    p = program(2)
    for i in range(40):
        if i == 20:
            p.processes[0].send_signal(signal.SIGTERM)
        callers = [p.connect() for _ in range(4)]
        for s in callers:
            s.sendall(fcgi.request(NOTHING))
        for s in callers:
            assert b"Status: 404" in fcgi.read_answer(s)
            s.close()
    assert p.processes[0].wait(5) == 0


def test_an_answer_in_the_middle_of_a_body_is_heard(program):
    """Who refuses a body before it has come reads on until the peer has heard
    that, before it ends: closing would be a reset."""
    p = program()
    body = b"a" * 500000
    with p.connect() as s:
        s.sendall(fcgi.request({**NOTHING, "CONTENT_LENGTH": str(len(body))},
                               body)[:300000])
        time.sleep(0.2)
        p.processes[0].send_signal(signal.SIGTERM)
        time.sleep(0.3)
        s.sendall(b"a" * 100000)
        assert b"Status: 4" in fcgi.read_answer(s)
    assert p.processes[0].wait(5) == 0


def test_nothing_is_cleaned_up_below_a_request(program):
    """The threads that serve it use OpenSSL yet."""
    p = program(2, LD_DEBUG="files")
    p.processes[1].send_signal(signal.SIGTERM)
    assert p.processes[1].wait(5) == 0
    before = p.log().count("calling fini:")
    assert before > 0
    with p.connect() as half:
        half.sendall(fcgi.request(NOTHING)[:20])
        time.sleep(0.2)
        p.processes[0].send_signal(signal.SIGTERM)
        assert p.processes[0].wait(7) == 0
    assert "stopped, in a request" in p.log()
    assert p.log().count("calling fini:") == before


def is_left_in_the_socket(p, whole, seconds):
    """What is there when the connection is accepted, and not all of it: has it
    not been taken out, so many seconds later?"""
    p.processes[0].send_signal(signal.SIGSTOP)
    os.waitpid(p.processes[0].pid, os.WUNTRACED)
    with p.connect() as s:
        s.sendall(whole[:40])
        p.processes[0].send_signal(signal.SIGCONT)
        time.sleep(seconds)
        unread = array.array("i", [0])
        fcntl.ioctl(s, termios.TIOCOUTQ, unread)
        s.sendall(whole[40:])
        assert b"Status: 404" in fcgi.read_answer(s)
    return unread[0] > 0


def test_the_rest_of_a_request_has_a_moment_to_come_in(program):
    """ARRIVAL_WHOLE_MS: Apache writes a request in three or more pieces."""
    p, whole = program(), fcgi.request(NOTHING)
    assert sum(is_left_in_the_socket(p, whole, 0.008) for _ in range(20)) > 5
    assert not is_left_in_the_socket(p, whole, 0.5)
