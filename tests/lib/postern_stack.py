"""postern_stack - a whole Postern, started for the tests by the same script
that `make run` uses, and a browser to walk through it.

One scratch PostgreSQL cluster a test session; a Stack is a database in it, the
program pools, and a web server of its own port.
"""
import base64
import hashlib
import html
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections import namedtuple
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import psycopg2
import requests
from psycopg2.extras import Json

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", ROOT / "build" / "debug"))
LOCAL = ROOT / "deploy" / "local" / "postern-local"
SERVERS = ["lighttpd", "apache", "nginx", "apache-cgi"]

User = namedtuple("User", "sub username password")
Client = namedtuple("Client", "client_id client_secret")

# Everything secret that the tests saw: tests/web/test_zz_logs.py looks for
# each in every log, also in those of what was closed before.
secrets_used = set()
closed_logs = []


def remember(*values):
    secrets_used.update(v for v in values if v)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def local(verb, env, timeout=120):
    """Run postern-local; its output, or an error that shows it."""
    done = subprocess.run([LOCAL, verb], env={**os.environ, **env},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(f"postern-local {verb}:\n{done.stdout}")
    return done.stdout


class Cluster:
    """A scratch PostgreSQL cluster, shared by the stacks of a session."""

    def __init__(self, extra=""):
        self.home = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.home, 0o755)
        self.env = {"STATE": self.home, "CLUSTER": self.home, "PG_EXTRA":
                    os.environ.get("PG_EXTRA", "") + "\n" + extra}
        local("cluster-start", self.env)

    def stop(self):
        local("cluster-stop", self.env)

    def start(self):
        local("cluster-start", self.env)

    def kill(self):
        """PostgreSQL dies at once, as by a power cut."""
        pid = (Path(self.home) / "pg" / "postmaster.pid").read_text()
        os.kill(int(pid.split()[0]), 3)
        # Until it is gone pg_ctl takes it for one that runs.
        for _ in range(200):
            if not Path(f"/proc/{pid.split()[0]}").exists():
                break
            time.sleep(0.05)

    def log_text(self):
        return (Path(self.home) / "pg" / "server.log").read_text(
            errors="replace")

    def close(self):
        self.stop()
        closed_logs.append(self.log_text())
        shutil.rmtree(self.home, ignore_errors=True)


class Stack:
    """One Postern: .url, .server, .sql(), .register_client(), ...

    With TLS="1" its url is https, and .ca_file (else None) what to trust.
    """

    count = 0

    def __init__(self, cluster, server, **env):
        Stack.count += 1
        self.cluster, self.server = cluster, server
        self.state = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.state, 0o755)
        self.port = free_port()
        self.database = env.get(
            "DATABASE", f"postern_{os.getpid()}_{Stack.count}")
        tls = env.get("TLS") == "1"
        self.url = f"http{'s' * tls}://localhost:{self.port}"
        self.ca_file = self.state + "/tls/ca.pem" if tls else None
        self.verify = self.ca_file or True      # as requests has it
        self.env = {"STATE": self.state, "PORT": str(self.port),
                    "SERVER": server, "CLUSTER": cluster.home,
                    "DATABASE": self.database, "BUILD": str(BUILD),
                    "DEMO": "0", "PROCESSES": "2", **env}
        self._db = None
        try:
            self.start()
            self.sql(
                "SELECT oauth.define_scope('profile', 'See your name', true),"
                " oauth.define_scope('email', 'See your email', false),"
                " oauth.define_scope('calendar', 'See your days', false)")
        except BaseException:   # the half of it that runs, when interrupted
            self.close()
            raise

    def start(self):
        local("start", self.env)

    def stop(self):
        local("stop", self.env)

    def close(self):
        if self._db:
            self._db.close()
        self.stop()
        closed_logs.append(self.log_text())
        shutil.rmtree(self.state, ignore_errors=True)

    # -- the database, as its owner

    def db(self):
        """A new connection with full rights, autocommit."""
        conn = psycopg2.connect(host=f"{self.cluster.home}/pgrun",
                                dbname=self.database, user="postgres")
        conn.autocommit = True
        return conn

    def sql(self, query, *args):
        """Rows of a statement, or [] where it gives none."""
        try:
            return self._execute(query, args)
        except psycopg2.DatabaseError as e:
            if e.pgcode:
                raise
            # No SQLSTATE: PostgreSQL was restarted since; nothing has run.
            self._db = None
            return self._execute(query, args)

    def _execute(self, query, args):
        if self._db is None or self._db.closed:
            self._db = self.db()
        with self._db.cursor() as c:
            c.execute(query, args or None)
            return c.fetchall() if c.description else []

    def register_client(self, **metadata):
        """-> Client(client_id, client_secret); a code client by default."""
        metadata.setdefault("redirect_uris", ["https://client.test/cb"])
        metadata.setdefault("grant_types", [
            "authorization_code", "refresh_token"] + (
                [] if metadata.get("token_endpoint_auth_method") == "none"
                else ["client_credentials"]))
        metadata.setdefault("scope", "profile email")
        [row] = self.sql("SELECT client_id, client_secret"
                         " FROM oauth.register_client(%s)", Json(metadata))
        client_id, secret = row
        if metadata.get("token_endpoint_auth_method") == "client_secret_jwt":
            secret = self.postern("client-secret", client_id)
        remember(secret)
        return Client(client_id, secret)

    def create_user(self, username=None, password=None, **claims):
        """-> User(sub, username, password)."""
        username = username or "user-" + secrets.token_hex(6)
        password = password or SHARED_PASSWORD
        [[sub]] = self.sql("SELECT oauth.create_user(%s, %s, %s)", username,
                           password_hash(password), Json(claims))
        remember(password)
        return User(sub, username, password)

    def postern(self, *args):
        """The postern command, as whom the programs run -> its output."""
        return self.postern_run(*args).stdout.strip()

    def postern_run(self, *args):
        command = Path(self.state) / "bin" / "postern"
        if not command.exists():
            shutil.copy(BUILD / "bin" / "postern", command)
        owner = (Path(self.state) / "key").stat().st_uid
        as_owner = [] if owner == os.getuid() else [
            "setpriv", f"--reuid={owner}", f"--regid={owner}",
            "--clear-groups"]
        return subprocess.run(
            [*as_owner, command, *args], capture_output=True, text=True,
            timeout=30, check=True, cwd="/", env={
                "PATH": os.environ["PATH"],
                "POSTERN_CONFIG": self.state + "/postern.conf"})

    # -- what it says

    def log_text(self):
        """All logs of this stack."""
        return "".join(p.read_text(errors="replace")
                       for p in sorted((Path(self.state) / "log").glob("*")))

    def log_lines(self):
        """The programs' log lines, wherever the web server put them."""
        text, lines = self.log_text(), []
        for begin in re.finditer(r'\{"time"', text):
            line = text[begin.start():].split("\n", 1)[0]
            lines.append(line[:json.JSONDecoder().raw_decode(line)[1]])
        return lines

    def post(self, path, data=None, client=None, **kw):
        """POST a form, with Basic authentication where client is given."""
        auth = (client.client_id, client.client_secret) if client else None
        return requests.post(self.url + path, data=data, auth=auth,
                             allow_redirects=False, timeout=30,
                             verify=self.verify, **kw)

    def token(self, client, **data):
        return self.post("/oauth/token", data, client)

    def me(self, access_token):
        return requests.get(
            self.url + "/api/me", timeout=30, verify=self.verify,
            headers={"Authorization": "Bearer " + access_token})


SHARED_PASSWORD = "correct horse " + secrets.token_hex(8)
_hashes = {}


def run_script(stack, name):
    """One of sql/manage, as the administrator."""
    subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f",
         ROOT / "sql" / "manage" / name,
         f"host={stack.cluster.home}/pgrun dbname={stack.database}"
         " user=postgres"], check=True)


def with_keys(stack):
    """When a new server has made its first keys, which takes some seconds: a
    client that keeps the document a while must not see it before."""
    for _ in range(300):
        keys = requests.get(stack.url + "/oauth/jwks", timeout=30,
                            verify=stack.verify).json()["keys"]
        if len(keys) >= 4:
            return stack
        time.sleep(0.1)
    raise AssertionError(stack.log_text())


def password_hash(password):
    """By the postern command, once for each password."""
    if password not in _hashes:
        _hashes[password] = subprocess.run(
            [BUILD / "bin" / "postern", "hash-password"], check=True,
            input=password + "\n", capture_output=True,
            text=True).stdout.strip()
    return _hashes[password]


def pkce():
    """-> code_verifier, code_challenge (RFC 7636)."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    remember(verifier)
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hidden_fields(page):
    """The hidden inputs of a page, as a browser would send them."""
    return {html.unescape(n): html.unescape(v) for n, v in re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)}


def form_action(page):
    return html.unescape(re.search(
        r'<form method="post" action="([^"]*)"', page).group(1))


class Browser(requests.Session):
    """A browser that follows our own redirects and stops before others'."""

    def __init__(self, stack):
        super().__init__()
        self.stack = stack
        self.verify = stack.verify
        self.trust_env = False  # or REQUESTS_CA_BUNDLE comes before verify

    def follow(self, response):
        """On to the page, or to the redirect that leaves for the client."""
        while response.is_redirect:
            to = urljoin(response.url, response.headers["Location"])
            if urlsplit(to).netloc != urlsplit(self.stack.url).netloc:
                break
            if not urlsplit(to).path.startswith("/oauth/"):
                break
            response = self.get(to, allow_redirects=False, timeout=30)
        return response

    def authorize(self, **params):
        response = self.get(self.stack.url + "/oauth/authorize",
                            params=params, allow_redirects=False, timeout=30)
        return self.follow(response)

    def submit(self, response, **fields):
        """Submit the page's form with these fields besides the hidden."""
        data = {**hidden_fields(response.text), **fields}
        remember(data.get("form_token"))
        return self.follow(self.post(
            urljoin(response.url, form_action(response.text)), data=data,
            allow_redirects=False, timeout=60))

    def sign_in(self, response, username, password):
        return self.submit(response, username=username, password=password)

    def consent(self, response, decision="allow"):
        return self.submit(response, decision=decision)


def answer(response):
    """The parameters that a redirect hands the client."""
    to = urlsplit(response.headers["Location"])
    params = {k: v[0] for k, v in parse_qs(
        to.query or to.fragment, keep_blank_values=True).items()}
    remember(params.get("code"), params.get("access_token"))
    return params


def get_code(stack, client, user, browser=None, **params):
    """Sign in and consent as needed -> (code, code_verifier, answer)."""
    browser = browser or Browser(stack)
    verifier, challenge = pkce()
    params = {"response_type": "code", "client_id": client.client_id,
              "code_challenge": challenge, "code_challenge_method": "S256",
              "state": "s-" + secrets.token_hex(4), **params}
    r = browser.authorize(**{k: v for k, v in params.items()
                             if v is not None})
    if 'name="password"' in r.text:
        r = browser.sign_in(r, user.username, user.password)
    if 'name="decision"' in r.text:
        r = browser.consent(r)
    assert r.is_redirect, r.text
    got = answer(r)
    remember(*browser.cookies.values())
    return got.get("code"), verifier, got


def redeem(stack, client, code, verifier, **extra):
    data = {"grant_type": "authorization_code", "code": code,
            "code_verifier": verifier, **extra}
    if client.client_secret:
        return stack.token(client, **data)
    return stack.post("/oauth/token",
                      {**data, "client_id": client.client_id})


def flow(stack, client=None, user=None, browser=None, **params):
    """The whole code flow -> the token response's members."""
    client = client or stack.register_client()
    user = user or stack.create_user()
    code, verifier, _ = get_code(stack, client, user, browser, **params)
    extra = {"redirect_uri": params["redirect_uri"]} \
        if params.get("redirect_uri") else {}
    r = redeem(stack, client, code, verifier, **extra)
    assert r.status_code == 200, r.text
    tokens = r.json()
    remember(tokens["access_token"], tokens.get("refresh_token"))
    return tokens
