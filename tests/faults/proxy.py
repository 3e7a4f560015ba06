"""proxy - between the programs and PostgreSQL: sees which statements run, and
makes one of them fail in the ways that the world has.

It speaks the frontend protocol (PostgreSQL's manual, chapter 55) as far as it
has to: what a client sends up to a Sync is a group, of which the server makes
one transaction.  A statement is known by the name that its Bind gives, which is
the name of its file in sql/queries/.
"""
import re
import select
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections import namedtuple
from contextlib import suppress
from pathlib import Path

# What the world does to a statement.  An SQLSTATE: the server itself refuses,
# and what follows in the transaction is aborted with it.
STATES = ["XX000", "40001", "23505", "53100"]
LOST = ["lost before", "lost after"]
SILENT = ["silent before", "silent after"]
KINDS = STATES + LOST + SILENT

# Words that no answer and no log of ours may repeat.
MARK = "said by the server, for its own log"

# One execution; done: committed, and there was a row of it.  A short cut that is
# not for who asks gives none.
Ran = namedtuple("Ran", "statement done")


class Fault(namedtuple("Fault", "kind statement nth always")):
    """The nth time that statement is run; always: and each time after."""

    def __str__(self):
        return f"{self.statement}#{self.nth}/{self.kind}" + \
            ("/always" if self.always else "/once")


class Ended(Exception):
    """One of the two has hung up."""


class Wire:
    """Whole messages of a socket, however they come."""

    def __init__(self, sock):
        self.sock, self.data = sock, b""

    def fill(self):
        try:
            more = self.sock.recv(1 << 16)
        except OSError as e:
            raise Ended from e
        if not more:
            raise Ended
        self.data += more

    def bytes(self, n):
        while len(self.data) < n:
            self.fill()
        out, self.data = self.data[:n], self.data[n:]
        return out

    def startup(self):
        head = self.bytes(4)
        return head + self.bytes(struct.unpack("!I", head)[0] - 4)

    def has_message(self):
        return len(self.data) >= 5 and \
            len(self.data) > struct.unpack("!I", self.data[1:5])[0]

    def message(self):
        """-> its type, all of it."""
        head = self.bytes(5)
        return head[:1], head + self.bytes(
            struct.unpack("!I", head[1:])[0] - 4)

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as e:
            raise Ended from e


def message(kind, payload=b""):
    return kind + struct.pack("!I", len(payload) + 4) + payload


SYNC = message(b"S")


def refusal(state):
    """What prepares the statement that fails with it."""
    text = f"DO $$BEGIN RAISE '{MARK}' USING ERRCODE = '{state}'; END$$"
    return message(b"P", b"refuse %s\0%s\0\0\0" % (
        state.encode(), text.encode()))


def bind_refusal(state):
    return message(b"B", b"\0refuse %s\0" % state.encode() + bytes(6))


def bound(kind, data):
    """The statement that a Bind names; without the slot of a ring that one
    prepared for each slot ends with."""
    if kind != b"B":
        return None
    return re.sub(r"_[0-9]$", "", data[5:].split(b"\0", 2)[1].decode())


def done_by(answer, count):
    """Which of the statements gave a row and were committed."""
    rows, kinds = [False] * (count + 1), [m[:1] for m in answer]
    if b"E" in kinds:
        return rows[:count]
    at = 0
    for kind in kinds:
        rows[at] |= kind == b"D"
        at += kind == b"C" and at < count
    return rows[:count]


class Proxy:
    """.home is the directory to connect to; .seen is what has run."""

    def __init__(self, real):
        self.real = real
        self.home = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        Path(self.home).chmod(0o755)
        self.listen = socket.socket(socket.AF_UNIX)
        self.listen.bind(self.home + "/.s.PGSQL.5432")
        Path(self.home, ".s.PGSQL.5432").chmod(0o777)
        self.listen.listen(64)
        self.lock = threading.Lock()
        self.seen, self.fault, self.count, self.struck = [], None, 0, 0
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listen.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def arm(self, fault):
        """From now on; None: nothing more happens."""
        with self.lock:
            self.seen, self.fault, self.count, self.struck = [], fault, 0, 0

    def disarm(self):
        """-> what has run since, and how often the fault has come."""
        with self.lock:
            seen, struck = self.seen, self.struck
            self.fault, self.seen = None, []
            return seen, struck

    def has_struck(self, seconds):
        """Does the fault come, in time?"""
        end = time.monotonic() + seconds
        while not self.struck and time.monotonic() < end:
            time.sleep(0.02)
        return self.struck > 0

    def accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listen.accept()
                threading.Thread(target=self.serve, args=(client,),
                                 daemon=True).start()

    def serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        with client, server, suppress(Ended, OSError):
            server.connect(self.real)
            Session(self, Wire(client), Wire(server)).run()

    def judge(self, statement):
        """The kind of fault that this execution meets, or None."""
        with self.lock:
            f = self.fault
            if not f or f.statement != statement:
                return None
            self.count += 1
            if self.count < f.nth or self.count > f.nth and not f.always:
                return None
            self.struck += 1
            return f.kind

    def record(self, names, done):
        with self.lock:
            self.seen += [Ran(*of) for of in zip(names, done)]


class Session:
    """One connection of a program, and ours in its name."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server

    def run(self):
        self.server.send(self.client.startup())
        while True:
            kind, data = self.server.message()
            if kind == b"Z":
                break
            self.client.send(data)
        self.server.send(b"".join(map(refusal, STATES)) + SYNC)
        while self.server.message()[0] != b"Z":
            pass
        self.client.send(data)
        while True:
            self.group(*self.read_group())

    def read_group(self):
        """-> the messages up to a Sync, and the fault among them."""
        messages, fault = [], None
        while not messages or messages[-1][:1] != b"S":
            self.wait()
            kind, data = self.client.message()
            if kind == b"X":
                self.server.send(data)
                raise Ended
            name = bound(kind, data)
            met = self.proxy.judge(name) if name else None
            if met in STATES:
                data = bind_refusal(met)
            fault = fault or met
            messages.append(data)
        return messages, fault

    def wait(self):
        """Until the program says something; the server may, at any time."""
        while not self.client.has_message() and not self.client.data:
            ready, _, _ = select.select(
                [self.client.sock, self.server.sock], [], [])
            if self.server.sock in ready:
                self.server.fill()
                self.client.send(self.server.data)
                self.server.data = b""
            if self.client.sock in ready:
                return

    def group(self, messages, fault):
        names = [bound(m[:1], m) for m in messages if m[:1] == b"B"]
        names = [n for n in names if not n.startswith("refuse ")]
        if fault in ("lost before", "silent before"):
            self.proxy.record(names, [False] * len(names))
            self.leave(fault)
        self.server.send(b"".join(messages))
        answer = []
        while not answer or answer[-1][:1] != b"Z":
            answer.append(self.server.message()[1])
        self.proxy.record(names, done_by(answer, len(names)))
        if fault in ("lost after", "silent after"):
            self.leave(fault)
        self.client.send(b"".join(answer))

    def leave(self, fault):
        """Hang up at once, or when the program has lost its patience."""
        while fault in SILENT:
            self.client.fill()
        raise Ended
