"""What src/http/fetch.c believes of a server's certificate."""
import os
import socketserver
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from postern_stack import BUILD

SELF = "127.0.0.0/8 ::1/128"
SERVER = "extendedKeyUsage=serverAuth"
HERE = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def openssl(where, *args):
    subprocess.run(["openssl", *args], cwd=where, check=True, timeout=60,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def make_ca(where, name):
    openssl(where, "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN=CA {name}",
            "-addext", "keyUsage=keyCertSign", "-days", "30",
            "-keyout", f"{name}.key", "-out", f"{name}.pem")


def make_certificate(where, name, ca="ours", days=30, extensions=(HERE, SERVER)):
    (where / f"{name}.ext").write_text("\n".join(extensions))
    openssl(where, "req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl(where, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem",
            "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", str(days),
            "-extfile", f"{name}.ext", "-out", f"{name}.pem")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hosts.append(self.headers["Host"])
        self.send_response(301 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, where, name, change=lambda context: None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hosts = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(where / f"{name}.pem", where / f"{name}.key")
        change(context)
        self.socket = context.wrap_socket(self.socket, server_side=True,
                                          do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass                            # a client that does not believe us

    @property
    def port(self):
        return self.server_address[1]


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    where = tmp_path_factory.mktemp("pki")
    for ca in ["ours", "theirs"]:
        make_ca(where, ca)
    make_certificate(where, "good")
    make_certificate(where, "of-theirs", ca="theirs")
    make_certificate(where, "expired", days=-1)
    make_certificate(where, "elsewhere", extensions=(
        "subjectAltName=DNS:elsewhere.test,IP:127.0.0.2", SERVER))
    make_certificate(where, "client", extensions=(
        HERE, "extendedKeyUsage=clientAuth"))
    openssl(where, "req", "-x509", "-newkey", "rsa:2048", "-nodes",
            "-subj", "/CN=localhost", "-addext", HERE,
            "-keyout", "self.key", "-out", "self.pem")
    (where / "junk.pem").write_text("no certificate")
    return where


@pytest.fixture(scope="module")
def serve(pki):
    """serve(name): a server with that certificate."""
    made = {}

    def get(name, change=lambda context: None):
        key = name, change.__name__
        if key not in made:
            made[key] = Server(pki, name, change)
        return made[key]

    yield get
    for server in made.values():
        server.shutdown()
        server.server_close()


def fetch(url, ca_file, networks=SELF, **env):
    done = subprocess.run([BUILD / "tests" / "cgi" / "fetch", url, networks,
                           ca_file], text=True, timeout=30, check=True,
                          stdout=subprocess.PIPE, env={**os.environ, **env})
    status, reason, body = done.stdout.split("\n", 2)
    return status, reason, body.rstrip("\n")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_good_certificate(serve, pki, host):
    server = serve("good")
    url = f"https://{host}:{server.port}/"
    assert fetch(url, pki / "ours.pem") == ("ok 200", "HTTP status 200",
                                            "hello")
    assert server.hosts[-1] == f"{host}:{server.port}"


def test_several_authorities_in_one_file(serve, pki):
    both = pki / "both.pem"
    both.write_text((pki / "theirs.pem").read_text() +
                    (pki / "ours.pem").read_text())
    for name in ["good", "of-theirs"]:
        url = f"https://127.0.0.1:{serve(name).port}/"
        assert fetch(url, both)[0] == "ok 200"


@pytest.mark.parametrize("certificate, ca, reason", [
    ("good", "theirs.pem", "unable to get local issuer certificate"),
    ("good", "", "unable to get local issuer certificate"),  # the system's
    ("good", "junk.pem", ""),
    ("good", "missing.pem", ""),
    ("of-theirs", "ours.pem", "unable to get local issuer certificate"),
    ("self", "ours.pem", "self-signed certificate"),
    ("expired", "ours.pem", "certificate has expired"),
    ("elsewhere", "ours.pem", "subject name"),
    ("client", "ours.pem", "certificate purpose"),
])
def test_a_bad_certificate(serve, pki, certificate, ca, reason):
    server = serve(certificate)
    before = len(server.hosts)
    got = fetch(f"https://127.0.0.1:{server.port}/secret?token=secret",
                pki / ca if ca else "")
    assert got[0] == "failed 0" and got[2] == ""
    assert reason in got[1] and "secret" not in got[1]
    assert len(server.hosts) == before  # nobody got as far as the request


def test_the_name_counts_and_not_the_address(serve, pki):
    server = serve("elsewhere")
    got = fetch(f"https://localhost:{server.port}/", pki / "ours.pem")
    assert got[0] == "failed 0" and "subject name" in got[1]


def test_a_good_certificate_opens_no_network(serve, pki):
    server = serve("good")
    before = len(server.hosts)
    for networks in ["", "10.0.0.0/8"]:
        got = fetch(f"https://127.0.0.1:{server.port}/", pki / "ours.pem",
                    networks)
        assert got[0] == "refused 0" and "127.0.0.1" in got[1]
    assert len(server.hosts) == before


def test_no_redirect_is_followed(serve, pki):
    server = serve("good")
    before = len(server.hosts)
    got = fetch(f"https://127.0.0.1:{server.port}/moved", pki / "ours.pem")
    assert got == ("bad_status 301", "HTTP status 301", "hello")
    assert len(server.hosts) == before + 1


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_an_old_protocol(serve, pki):
    """TLS 1.1, of which OpenSSL would have to be told to refuse it."""
    def old(context):
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    lax = pki / "lax.cnf"
    lax.write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\n"
                   "system_default = c\n[c]\nMinProtocol = TLSv1\n"
                   "CipherString = ALL:@SECLEVEL=0\n")
    server = serve("good", old)
    got = fetch(f"https://127.0.0.1:{server.port}/", pki / "ours.pem",
                OPENSSL_CONF=str(lax))
    assert got[0] == "failed 0" and not server.hosts


def test_http_is_not_https(serve, pki):
    server = serve("good")
    got = fetch(f"http://127.0.0.1:{server.port}/", pki / "ours.pem")
    assert got[0] == "bad_url 0"
