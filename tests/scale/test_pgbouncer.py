"""By way of pgbouncer in session mode, with deploy/pgbouncer."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

import device
import logout
from device_page import decide
from postern_stack import ROOT, Browser, Stack, free_port, remember, with_keys

PROGRAMS = ["authorize", "token", "resource", "metadata"]


class Bouncer:
    def __init__(self, database, pool_mode="session"):
        self.folder = Path(tempfile.mkdtemp(prefix="postern-test.",
                                            dir="/tmp"))
        self.port = free_port()
        text = (ROOT / "deploy/pgbouncer/pgbouncer.ini").read_text()
        for old, new in (
                ("host=10.0.0.1 port=5432", f"host={database.socket}"),
                ("listen_port = 6432", f"listen_port = {self.port}"),
                ("/etc/pgbouncer", self.folder),
                ("/run/postgresql", self.folder),
                ("/var/log/postgresql", self.folder),
                ("pool_mode = session", f"pool_mode = {pool_mode}")):
            assert old in text
            text = text.replace(old, str(new))
        (self.folder / "pgbouncer.ini").write_text(text)
        (self.folder / "userlist.txt").write_text("".join(
            f'"{name}" "{secret}"\n' for name, secret in database.sql(
                "SELECT rolname, rolpassword FROM pg_authid"
                " WHERE rolname LIKE 'postern\\_%%'")))
        as_user = []
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, "postgres")
            as_user = ["-u", "postgres"]
        self.process = subprocess.Popen(
            ["/usr/sbin/pgbouncer", *as_user, self.folder / "pgbouncer.ini"],
            stderr=subprocess.DEVNULL)
        self.conninfo = (f"host=127.0.0.1 port={self.port} dbname=postern"
                         f" password={database.password}")
        self.wait()

    def wait(self):
        """Until it listens."""
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def log(self):
        return (self.folder / "pgbouncer.log").read_text()

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def bouncer(database):
    b = Bouncer(database)
    yield b
    b.close()


def front_of(database, bouncer, server):
    return Stack(database.cluster, server, DATABASE="postern",
                 KEY=database.state + "/key", REMOTE_DATABASE=bouncer.conninfo)


@pytest.fixture(scope="module")
def front(database, bouncer):
    stack = front_of(database, bouncer, "lighttpd")
    stack.sql("UPDATE oauth.setting SET issuer = %s", stack.url)
    yield with_keys(stack)
    stack.close()


def test_every_flow(front, bouncer):
    """Code and refresh, own token, introspection, device, revocation, logout;
    all of it by pgbouncer."""
    client, user = logout.register(front, scope="openid profile email"), \
        front.create_user()
    browser = Browser(front)
    tokens = logout.sign_in(front, client, user, browser, "openid profile")
    assert front.me(tokens["access_token"]).json()["id"] == user.sub
    r = front.token(client, grant_type="refresh_token",
                    refresh_token=tokens["refresh_token"])
    assert r.status_code == 200, r.text
    remember(r.json()["access_token"])
    own = front.token(client,
                      grant_type="client_credentials").json()["access_token"]
    remember(own)
    for active in (True, False):
        r = front.post("/oauth/introspect", {"token": own}, client)
        assert r.json()["active"] is active
        front.post("/oauth/revoke", {"token": own}, client)
    tv = device.public(front)
    got = device.start(front, tv)
    decide(front, user, got["verification_uri_complete"])
    r = device.poll(front, tv, got["device_code"])
    assert r.status_code == 200, r.text
    remember(r.json()["access_token"], r.json()["refresh_token"])
    logout.end_session(browser, id_token_hint=tokens["id_token"])
    assert front.me(tokens["access_token"]).status_code == 401
    for program in ("authorize", "token", "resource"):
        assert f"login attempt: db=postern user=postern_{program}" in \
            bouncer.log()


def test_batches(front):
    """Pipelines of many statements, and failures among them."""
    client = front.register_client()
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda n: front.token(
            client, grant_type="client_credentials",
            **({"scope": "no-such"} if n % 8 == 0 else {})), range(320)))
    assert [r.status_code for r in answers] == [
        400 if n % 8 == 0 else 200 for n in range(320)]
    remember(*(r.json().get("access_token") for r in answers))


def test_plain_cgi(database, bouncer):
    """A connection each to pgbouncer, and few to PostgreSQL: what one has
    prepared is gone before the next (DISCARD ALL)."""
    stack = front_of(database, bouncer, "lighttpd-cgi")
    try:
        client = stack.register_client()
        for _ in range(20):
            r = stack.token(client, grant_type="client_credentials")
            assert r.status_code == 200, r.text
            remember(r.json()["access_token"])
    finally:
        stack.close()


def asked_for():
    """The settings that src/db/db.c asks of each connection."""
    text = (ROOT / "src/db/db.c").read_text()
    numbers = dict(re.findall(
        r"#define (CONNECTION_\w+) (\d+)",
        (ROOT / "src/db/connection.h").read_text()))
    text = re.sub(r'" MS\((\w+)\)\s*"', lambda m: numbers[m[1]], text)
    block = text[text.index('{ "options"'):]
    return dict(re.findall(r"-c (\w+)=((?:\\\\.|[^\"\s])+)",
                           block[:block.index("}")]))


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_settings_are_those_of_a_direct_connection(database, bouncer,
                                                       program):
    """sql/roles.sql has what db.c has: one of them was forgotten otherwise."""
    want = asked_for()
    assert len(want) == 15 and want["jit"] == "off"
    with psycopg2.connect(bouncer.conninfo
                          + f" user=postern_{program}") as db:
        for name, value in want.items():
            with db.cursor() as by, psycopg2.connect(
                    f"host={database.socket} dbname=postern"
                    f" user=postern_{program} password={database.password}",
                    options=f"-c {name}={value}".replace("\\\\", "\\")
                    ) as direct, direct.cursor() as to:
                for c in (by, to):
                    c.execute(f"SHOW {name}")
                assert by.fetchone() == to.fetchone(), name


def test_postgresql_is_restarted(database, front):
    """503 meanwhile, and service by itself."""
    client = front.register_client()

    def ask():
        return front.token(client, grant_type="client_credentials").status_code

    assert ask() == 200
    database.cluster.kill()
    statuses = {ask() for _ in range(5)}
    database.cluster.start()
    assert statuses <= {200, 503} and 503 in statuses
    end = time.monotonic() + 15
    while ask() != 200:
        assert time.monotonic() < end
