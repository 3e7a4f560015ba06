"""fcgi - a FastCGI peer that can say anything, right or wrong."""
import socket
import struct
import subprocess

from postern_stack import BUILD

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def record(kind, content=b"", request=1):
    return struct.pack("!BBHHBx", 1, kind, request, len(content), 0) + content


def pair(name, value):
    def length(b):
        return bytes([len(b)]) if len(b) < 128 else struct.pack(
            "!I", len(b) | 1 << 31)
    return length(name) + length(value) + name + value


def begin(keep=False):
    return record(BEGIN, struct.pack("!HB5x", 1, keep))


def request(params, body=b"", keep=False):
    """params: a dict, or pairs where a name shall stand twice."""
    items = params.items() if isinstance(params, dict) else params
    packed = b"".join(pair(k if isinstance(k, bytes) else k.encode(),
                           v if isinstance(v, bytes) else v.encode())
                      for k, v in items)
    out = begin(keep)
    for i in range(0, len(packed), 65535):
        out += record(PARAMS, packed[i:i + 65535])
    out += record(PARAMS)
    for i in range(0, len(body), 65535):
        out += record(STDIN, body[i:i + 65535])
    return out + record(STDIN)


def read_answer(sock, stream=STDOUT):
    """-> what the program says on its output, or another stream, up to the
    end."""
    out, data = b"", b""
    while True:
        while len(data) < 8:
            more = sock.recv(65536)
            if not more:
                return out
            data += more
        _, kind, _, n, pad = struct.unpack("!BBHHBx", data[:8])
        while len(data) < 8 + n + pad:
            more = sock.recv(65536)
            if not more:
                return out
            data += more
        if kind == stream:
            out += data[8:8 + n]
        data = data[8 + n + pad:]
        if kind == END:
            return out


class Program:
    """A program of ours on a socket of its own, without a web server.

    prefix: a command that runs it, as a supervisor; it hears SIGTERM.
    family: AF_INET6 takes connections by IPv4, too, as systemd's sockets do.
    """

    def __init__(self, name, path, env, processes=1, family=socket.AF_UNIX,
                 prefix=(), backlog=256):
        self.path, self.prefix = path, prefix
        self.listen = socket.socket(family)
        if family == socket.AF_INET6:
            self.listen.setsockopt(socket.IPPROTO_IPV6,
                                   socket.IPV6_V6ONLY, 0)
        self.listen.bind({socket.AF_UNIX: path,
                          socket.AF_INET: ("127.0.0.1", 0),
                          socket.AF_INET6: ("::", 0)}[family])
        self.listen.listen(backlog)
        self.errors = open(str(path) + ".log", "w+", encoding="utf-8")
        self.processes = [
            subprocess.Popen([*prefix, BUILD / "cgi-bin" / name],
                             stdin=self.listen, stdout=subprocess.DEVNULL,
                             stderr=self.errors, env=env)
            for _ in range(processes)]

    def connect(self):
        if self.listen.family != socket.AF_UNIX:
            port = self.listen.getsockname()[1]
            return socket.create_connection(("127.0.0.1", port), 20)
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        s.connect(self.path)
        return s

    def ask(self, params, body=b"", **kw):
        with self.connect() as s:
            s.sendall(request(params, body, **kw))
            return read_answer(s)

    def log(self):
        self.errors.flush()
        with open(str(self.path) + ".log", encoding="utf-8") as f:
            return f.read()

    def close(self):
        for p in self.processes:
            p.terminate()
        for p in self.processes:
            try:
                p.wait(None if self.prefix else 7)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        self.listen.close()
        self.errors.close()
