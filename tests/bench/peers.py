"""peers - servers that Debian packages, on the same PostgreSQL.

`deploy/local/packages peers` installs them.  Each is asked by turns with
Postern, as the probe is; those that are not installed are left out, with a
word.
"""
import os
import secrets
import shutil
import subprocess
import tempfile

import scenarios
from floor import USER
from load import Script
from machine import CORES, package, processes, trees
from postern_stack import ROOT, Client, free_port
from sides import is_listening, wait_for
from turns import compare

HERE = ROOT / "tests/bench/peers"


class Gunicorn:
    """A Python peer under gunicorn, 2 * cores + 1 workers, as gunicorn's
    documentation advises; a side."""

    module = None

    def __init__(self, database):
        self.database = database
        self.home = tempfile.mkdtemp(prefix="postern-peer.", dir="/tmp")
        os.chmod(self.home, 0o755)
        shutil.copy(HERE / f"{self.module}.py", self.home)
        self.name = f"{self.module}_{os.getpid()}"
        database.create(self.name).close()
        self.client = Client("peer", secrets.token_hex(16))
        self.token = secrets.token_hex(20)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.child = None

    def environment(self):
        host = f"{self.database.cluster.home}/pgrun"
        return {"PATH": os.environ["PATH"], "PEER_HOST": host,
                "PEER_NAME": self.name, "PEER_USER": "postern_token",
                "PEER_DATABASE": "postgresql+psycopg2://postern_token@/"
                f"{self.name}?host={host}", "PEER_TOKEN": self.token,
                "PEER_CLIENT_ID": self.client.client_id,
                "PEER_CLIENT_SECRET": self.client.client_secret,
                "PYTHONDONTWRITEBYTECODE": "1", "HOME": self.home}

    def start(self):
        as_web = ["setpriv", f"--reuid={USER}", f"--regid={USER}",
                  "--clear-groups"] if USER else []
        subprocess.run(
            [*as_web, "/usr/bin/python3", "-c",
             f"import {self.module} as m; m.make_tables()"],
            check=True, cwd=self.home, env=self.environment())
        # pylint: disable=consider-using-with
        self.child = subprocess.Popen(
            [*as_web, "/usr/bin/gunicorn", "-w", str(2 * CORES + 1),
             "-b", f"127.0.0.1:{self.port}", "--log-level", "warning",
             "--worker-tmp-dir", "/dev/shm", f"{self.module}:app"],
            cwd=self.home, env=self.environment())
        wait_for(lambda: is_listening(self.port))

    def roots(self):
        return {"web server": [], "programs": [self.child.pid],
                "PostgreSQL": [self.database.pid()]}

    def program_pids(self):
        return trees(processes(), [self.child.pid])

    def sessions(self):
        return self.database.sessions(self.name)

    def written(self):
        return self.database.written()

    def script(self, what, home):
        """What scenarios.py asks of Postern, here."""
        if what == "token":
            return Script(self.url).step(
                200, "POST", self.token_path, '"access_token":').header(
                "Authorization", scenarios.basic(self.client)).form(
                **scenarios.OWN).write(home / "peer-token")
        return Script(self.url).step(
            200, "GET", "/api/me", '"username":').header(
            "Authorization", f"Bearer {self.token}").write(
            home / "peer-check")

    def close(self):
        if self.child:
            self.child.terminate()
            self.child.wait()
        shutil.rmtree(self.home)


class Authlib(Gunicorn):
    """Authlib with Flask."""
    name_of, packages = "Authlib, Flask, gunicorn", (
        "python3-authlib", "python3-flask-sqlalchemy", "gunicorn",
        "python3-psycopg2")
    module, token_path = "authlib_server", "/oauth/token"


class DjangoToolkit(Gunicorn):
    """django-oauth-toolkit."""
    name_of, packages = "django-oauth-toolkit, gunicorn", (
        "python3-django-oauth-toolkit", "gunicorn", "python3-psycopg2")
    module, token_path = "django_server", "/oauth/token/"


def against(peer_class, postern, database, home, connections):
    """-> the figures of both, for each thing that is asked."""
    peer = peer_class(database)
    try:
        peer.start()
        for what, scenario in (("token", "token, client credentials"),
                               ("check", "bearer check, /api/me")):
            for n in connections:
                postern.empty()
                made = scenarios.LIGHTTPD[scenario].make(postern, home, n)
                yield {"name": f"{peer.name_of}: {scenario}",
                       "peer": peer.name_of, **compare(
                           (postern, made), (peer, peer.script(what, home)),
                           n, database)}
    finally:
        peer.close()


def all_of(postern, database, home, connections):
    """-> figures one after the other; a text for a peer that is not there."""
    for peer in Authlib, DjangoToolkit:
        missing = [p for p in peer.packages if not package(p)]
        if missing:
            yield f"{peer.name_of}: not here ({', '.join(missing)})"
        else:
            yield from against(peer, postern, database, home, connections)
