"""What `make run`, `make start`, `make stop` and `make demo` call."""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest
import requests
from postern_stack import (BUILD, LOCAL, ROOT, free_port, local,
                           remember)


class Local:
    """An instance with a cluster of its own, as a newcomer has it."""

    def __init__(self, state=None):
        self.top = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.top, 0o755)
        self.state = Path(self.top) / (state or "var")
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.env = {"STATE": str(self.state), "PORT": str(self.port),
                    "BUILD": str(BUILD), "DEMO": "1", "PROCESSES": "1"}

    def demo_env(self):
        names = dict(re.findall(r"^(\w+)='(.*)'$", (
            self.state / "demo.env").read_text().replace("'\\''", "'"), re.M))
        remember(names["DEMO_CLIENT_SECRET"], names["DEMO_PASSWORD"])
        return names

    def home(self):
        link = self.state / "home"
        return str(link.resolve() if link.is_symlink() else self.state)

    def processes(self):
        """What of ours still runs, by where it lives; no zombies."""
        found = []
        for p in Path("/proc").glob("[0-9]*"):
            try:
                line = (p / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if self.home() in line and int(p.name) != os.getpid():
                found.append(line)
        return found

    def close(self):
        local("stop", self.env)
        home = self.home()
        shutil.rmtree(self.top, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(name="make_local")
def fixture_make_local():
    made = []

    def make(state=None):
        made.append(Local(state))
        return made[-1]

    yield make
    for instance in made:
        instance.close()


def client_credentials(env):
    return requests.post(
        env["POSTERN_URL"] + "/oauth/token", timeout=30,
        data={"grant_type": "client_credentials"},
        auth=(env["DEMO_CLIENT_ID"], env["DEMO_CLIENT_SECRET"]))


def test_start_stop_and_start_again(make_local):
    one = make_local()
    said = local("start", one.env)
    env = one.demo_env()
    assert set(env) == {
        "POSTERN_URL", "POSTERN_ADMIN_DATABASE", "DEMO_CLIENT_ID",
        "DEMO_CLIENT_SECRET", "DEMO_REDIRECT_URI", "DEMO_PUBLIC_CLIENT_ID",
        "DEMO_USER", "DEMO_PASSWORD"}
    assert env["POSTERN_URL"] == one.url
    for name in "POSTERN_URL", "DEMO_USER", "DEMO_PASSWORD", "DEMO_CLIENT_ID":
        assert env[name] in said

    # A browser shows the address that it prints, and does not save it.
    r = requests.get(one.url, timeout=30)
    assert r.headers["Content-Type"] == "text/html; charset=utf-8"
    [demo] = re.findall(r'href="(/demo/)"', r.text)
    assert requests.get(one.url + demo, timeout=30).status_code == 200

    # The curl line that it prints works as it stands.
    [line] = re.findall(r"curl -u .*", said)
    pasted = subprocess.run(line, shell=True, check=True, text=True,
                            capture_output=True).stdout
    assert '"access_token"' in pasted

    db = psycopg2.connect(env["POSTERN_ADMIN_DATABASE"])
    with db, db.cursor() as c:
        c.execute("SELECT oauth.create_user('bob', null, '{}')")
    db.close()

    began = time.monotonic()
    local("stop", one.env)
    assert time.monotonic() - began < 30
    assert one.processes() == []
    local("stop", one.env)

    began = time.monotonic()
    local("start", one.env)
    assert time.monotonic() - began < 30
    assert one.demo_env() == env
    assert client_credentials(env).status_code == 200
    db = psycopg2.connect(env["POSTERN_ADMIN_DATABASE"])
    with db, db.cursor() as c:
        c.execute("SELECT 1 FROM oauth.end_user WHERE username = 'bob'")
        assert c.fetchone()
    db.close()


def test_walk_again_and_again(make_local):
    one = make_local()
    first, second = local("demo", one.env), local("demo", one.env)
    for said in first, second:
        assert "all as it should be" in said
        assert "HTTP/1.1 401" in said
        assert '"amr":["pwd"]' in said and '"name":"Alice Liddell"' in said
        remember(*re.findall(r"(?:pat|prt|pac)\d_[\w-]{43}", said))
        remember(*re.findall(r'"id_token":"([^"]+)"', said))
        remember(*re.findall(r"code_verifier=([\w-]{43})", said))
        remember(*re.findall(r"form_token=([\w-]{43})", said))
    assert "decision=allow" in first
    assert "decision=allow" not in second


def test_walk_says_what_is_wrong(make_local):
    one = make_local()
    local("start", one.env)
    demo_env = one.state / "demo.env"
    demo_env.write_text(demo_env.read_text().replace(
        one.demo_env()["DEMO_PASSWORD"], "another password"))
    with pytest.raises(RuntimeError, match="walk: the answer's status"):
        local("demo", one.env)


def test_two_at_once_and_odd_places(make_local):
    """A path with a space in it, one too long for a socket; other ports."""
    one, two = make_local("with a space"), make_local("x" * 90)
    for each in one, two:
        local("start", each.env)
    for each in one, two:
        env = each.demo_env()
        assert client_credentials(env).status_code == 200
        psycopg2.connect(env["POSTERN_ADMIN_DATABASE"]).close()
    local("stop", one.env)
    assert client_credentials(two.demo_env()).status_code == 200
    assert one.processes() == [] != two.processes()


def test_a_place_that_quotes_do_not_hold(make_local):
    """What a name means to PostgreSQL, libpq, sh or lighttpd is no matter."""
    one = make_local("it's \"called\" $HOME, back\\slash *")
    local("start", one.env)
    assert client_credentials(one.demo_env()).status_code == 200
    assert "all as it should be" in local("demo", one.env)
    local("stop", one.env)
    assert one.processes() == []


@pytest.mark.parametrize("umask", [0o002, 0o077])
def test_umasks(make_local, umask):
    """The programs read a configuration that their group may not write."""
    one = make_local()
    before = os.umask(umask)
    try:
        local("start", one.env)
    finally:
        os.umask(before)
    assert client_credentials(one.demo_env()).status_code == 200
    assert requests.get(one.url, timeout=30).status_code == 200
    for name, mode in ("key", 0o600), ("demo.env", 0o600), ("pg", 0o700):
        assert (one.state / name).stat().st_mode & 0o777 == mode, name


# What somebody may have for other servers, and cd's own.
ENVIRONMENT = {
    "CDPATH": ".:/tmp", "PGCHANNELBINDING": "require", "PGPORT": "1",
    "PGCLIENTENCODING": "LATIN1", "PGREQUIREPEER": "nobody",
    "POSTERN_DATABASE": "host=/nowhere", "POSTERN_KEY_FILE": "/nowhere",
    "http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}


def test_environment(make_local):
    """Called as make does it, by a relative path."""
    one = make_local()
    for verb in "start", "demo", "stop":
        done = subprocess.run(
            [LOCAL.relative_to(ROOT), verb], cwd=ROOT, text=True, timeout=120,
            env={**os.environ, **one.env, **ENVIRONMENT}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout
        remember(*re.findall(r"(?:pat|prt|pac)\d_[\w-]{43}", done.stdout))
    one.demo_env()
    assert one.processes() == []


def test_programs_that_do_not_start(make_local):
    """They do not accept, and the web server waits: make does not."""
    one = make_local()
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="CONNECTIONS is not a number"):
        local("start", {**one.env, "POSTERN_CONNECTIONS": "some"})
    assert time.monotonic() - began < 60
    assert one.processes() == []


def test_port_in_use(make_local):
    one, two = make_local(), make_local()
    local("start", one.env)
    with pytest.raises(RuntimeError, match=f"port {one.port} is in use"):
        local("start", {**two.env, "PORT": str(one.port)})
    assert client_credentials(one.demo_env()).status_code == 200


def test_port_in_use_by_who_says_nothing(make_local):
    one = make_local()
    with socket.create_server(("127.0.0.1", one.port)):
        with pytest.raises(RuntimeError, match=f"port {one.port} is in use"):
            local("start", one.env)
    assert not (one.state / "pg").exists()


def run_in_a_terminal(one):
    # pylint: disable=consider-using-with
    return subprocess.Popen([LOCAL, "run"], env={**os.environ, **one.env},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL, text=True,
                            start_new_session=True)


@pytest.mark.parametrize("sign", ["pg/postmaster.pid", "run/token.sock"])
def test_interrupted_while_it_starts(make_local, sign):
    """Nothing stays behind, and another time it starts."""
    one = make_local()
    with run_in_a_terminal(one) as run:
        for _ in range(1200):
            if (one.state / sign).exists():
                break
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=30) != 0
        said = run.stdout.read()
    assert (one.state / sign.split("/", maxsplit=1)[0]).exists()
    assert "Ctrl-C ends it" not in said
    assert one.processes() == [], said
    local("start", one.env)
    # In the middle of the demo's rows, too: these are not written down.
    local("stop", one.env)
    (one.state / "demo.env").unlink()
    assert "all as it should be" in local("demo", one.env)
    one.demo_env()


def test_run_until_interrupted(make_local):
    one = make_local()
    run = run_in_a_terminal(one)
    said = ""
    while "Ctrl-C ends it" not in said:
        line = run.stdout.readline()
        assert line, said
        said += line
    assert client_credentials(one.demo_env()).status_code == 200
    while "/oauth/token" not in said.split("Ctrl-C")[1]:
        said += run.stdout.readline()
    assert re.search(r"200 POST +/oauth/token", said)

    # What a terminal does: every process of the foreground hears it.
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=10) == 0
    assert "stopping" in run.stdout.read()
    assert one.processes() == []
    local("start", one.env)
