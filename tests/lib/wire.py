"""wire - HTTP/1.1 by hand, for who has to send thousands of requests a second
or fifty at the same moment, and to know what came of each."""
import asyncio
import base64
import time
from collections import namedtuple
from urllib.parse import urlencode

SECONDS = 20        # longer than any answer may take
IDLE = 2            # shorter than a web server keeps a connection open

Answer = namedtuple("Answer", "status headers cookies body")


class Lost(Exception):
    """No answer, or half of one."""


def message(method, path, form=None, *, client=None, close=False, body=None,
            **headers):
    """A request; client: (client_id, client_secret), for Basic."""
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form)
    if client:
        headers["Authorization"] = "Basic " + base64.b64encode(
            ":".join(client).encode()).decode()
    if close:
        headers["Connection"] = "close"
    body = (body or "").encode()
    if body or method == "POST":
        headers["Content-Length"] = len(body)
    head = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    head += [f"{name.replace('_', '-')}: {value}"
             for name, value in headers.items() if value]
    return "\r\n".join([*head, "", ""]).encode() + body


class Connection(asyncio.Protocol):
    """One request at a time: ask()."""

    def __init__(self):
        self.transport = self.waiter = self.head = None
        self.data = bytearray()
        self.usable = True
        self.used_at = time.monotonic()

    @classmethod
    async def open(cls, port):
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(cls, "127.0.0.1", port))[1]

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        if not self.waiter:
            self.close()        # nobody asked
        elif answer := self.read():
            self.give(answer)

    def connection_lost(self, exc):
        self.usable = False
        if self.waiter:
            if self.head and self.head[3] == "close" and not exc:
                self.give(self.answer(bytes(self.data)))
            else:
                self.fail()

    def close(self):
        self.usable = False
        self.transport.abort()

    def fail(self):
        waiter, self.waiter = self.waiter, None
        self.close()
        if waiter and not waiter.done():
            waiter.set_exception(Lost())

    def give(self, answer):
        waiter, self.waiter = self.waiter, None
        self.used_at = time.monotonic()
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        if not waiter.done():
            waiter.set_result(answer)

    def read(self):
        """The answer, when all of it is there."""
        if not self.head:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.head = self.read_head(self.data[:end].decode("latin-1"))
            del self.data[:end + 4]
        length = self.head[3]
        if length == "close":
            return None
        if length == "chunked":
            body = self.read_chunks()
            return None if body is None else self.answer(body)
        if len(self.data) < length:
            return None
        body = bytes(self.data[:length])
        del self.data[:length]
        return self.answer(body)

    @staticmethod
    def read_head(text):
        """-> status, headers, cookies, and how the body ends."""
        lines = text.split("\r\n")
        headers, cookies = {}, {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            name = name.lower()
            if name == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                cookies[cookie] = content
            headers[name] = value
        status = int(lines[0].split()[1])
        if "chunked" in headers.get("transfer-encoding", ""):
            length = "chunked"
        elif "content-length" in headers:
            length = int(headers["content-length"])
        else:
            length = 0 if status in (204, 304) else "close"
        return status, headers, cookies, length

    def read_chunks(self):
        body, at = b"", 0
        while True:
            end = self.data.find(b"\r\n", at)
            if end < 0:
                return None
            size = int(self.data[at:end].split(b";")[0], 16)
            if len(self.data) < end + size + 4:
                return None
            if size == 0:
                del self.data[:end + 4]
                return body
            body += self.data[end + 2:end + 2 + size]
            at = end + size + 4

    def answer(self, body):
        status, headers, cookies, _ = self.head
        self.head = None
        return Answer(status, headers, cookies, body)

    async def ask(self, request):
        """-> Answer, or Lost is raised."""
        loop = asyncio.get_running_loop()
        self.waiter = waiter = loop.create_future()
        if not self.usable:
            self.fail()
        else:
            self.transport.write(request)
        patience = loop.call_later(SECONDS, self.fail)
        try:
            return await waiter
        finally:
            patience.cancel()


class Pool:
    """Connections to one port, kept open between requests."""

    def __init__(self, port):
        self.port, self.idle = port, []

    async def ask(self, request):
        connection = None
        while self.idle and not connection:
            kept = self.idle.pop()
            if kept.usable and time.monotonic() - kept.used_at < IDLE:
                connection = kept
            elif kept.usable:
                kept.close()
        try:
            connection = connection or await Connection.open(self.port)
        except OSError:
            raise Lost from None
        answer = await connection.ask(request)
        if connection.usable:
            self.idle.append(connection)
        return answer

    def close(self):
        for connection in self.idle:
            connection.close()
        self.idle = []
