"""peers - servers that Debian packages, on the same PostgreSQL.

`deploy/local/packages peers` installs them.  Each is asked by turns with
Postern, as the probe is; those that are not installed are left out, with a
word.
"""
import shutil
import subprocess

import scenarios
from glewlwyd import Glewlwyd
from load import Script
from machine import CORES, package
from peer import Peer
from postern_stack import ROOT
from sides import is_listening, wait_for
from turns import compare


class Gunicorn(Peer):
    """A Python peer under gunicorn, 2 * cores + 1 workers, as gunicorn's
    documentation advises."""

    module, token_path = None, "/oauth/token"

    def environment(self):
        return {**super().environment(), "PYTHONDONTWRITEBYTECODE": "1",
                "PEER_HOST": self.host, "PEER_NAME": self.name,
                "PEER_USER": "postern_token", "PEER_DATABASE":
                f"postgresql+psycopg2://postern_token@/{self.name}"
                f"?host={self.host}", "PEER_TOKEN": self.token,
                "PEER_CLIENT_ID": self.client.client_id,
                "PEER_CLIENT_SECRET": self.client.client_secret}

    def start(self):
        shutil.copy(ROOT / f"tests/bench/peer_apps/{self.module}.py", self.home)
        subprocess.run(
            self.command("/usr/bin/python3", "-c",
                         f"import {self.module} as m; m.make_tables()"),
            check=True, cwd=self.home, env=self.environment())
        self.run("/usr/bin/gunicorn", "-w", str(2 * CORES + 1),
                 "-b", f"127.0.0.1:{self.port}", "--log-level", "warning",
                 "--worker-tmp-dir", "/dev/shm", "--timeout", "300",
                 f"{self.module}:app")
        wait_for(lambda: is_listening(self.port))

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


class Authlib(Gunicorn):
    """Authlib with Flask."""
    label, module = "Authlib, Flask, gunicorn", "authlib_server"
    packages = ("python3-authlib", "python3-flask-sqlalchemy", "gunicorn")


class DjangoToolkit(Gunicorn):
    """django-oauth-toolkit."""
    label, module = "django-oauth-toolkit, gunicorn", "django_server"
    packages = ("python3-django-oauth-toolkit", "gunicorn")
    token_path = "/oauth/token/"


def against(peer, postern, database, home, connections):
    """-> the figures of both, for each thing that is asked."""
    for what, scenario in peer.asked:
        for n in connections:
            postern.empty()
            made = scenarios.LIGHTTPD[scenario].make(postern, home, n)
            yield {"name": f"{peer.label}: {scenario}", "peer": peer.label,
                   "versions": {p: package(p) for p in peer.packages},
                   **compare((postern, made), (peer, peer.script(what, home)),
                             n, database)}


def all_of(postern, database, home, connections):
    """-> figures one after the other; a text for a peer that is not there."""
    for kind in Authlib, DjangoToolkit, Glewlwyd:
        if kind.missing():
            yield f"{kind.label}: not here ({', '.join(kind.missing())})"
            continue
        peer = kind(database)
        try:
            peer.start()
            yield from against(peer, postern, database, home, connections)
        finally:
            peer.close()
