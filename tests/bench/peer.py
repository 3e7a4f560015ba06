"""peer - what all peers have: a database of their own in the same cluster, a
client, a port; and being a side (see sides.py)."""
import os
import secrets
import shutil
import subprocess
import tempfile

from floor import USER
from machine import package, processes, trees
from postern_stack import Client, free_port


class Peer:
    """A server that is not Postern.  .label, .packages; .start(), .script()
    and what it is .asked are its own."""

    label, packages = None, ()
    # (what .script() is asked for, the scenario of Postern beside it)
    asked = (("token", "token, client credentials"),
             ("check", "bearer check, /api/me"))

    def __init__(self, database):
        self.database = database
        self.home = tempfile.mkdtemp(prefix="postern-peer.", dir="/tmp")
        if USER:
            shutil.chown(self.home, USER)
        self.host = f"{database.cluster.home}/pgrun"
        self.name = f"{type(self).__name__}_{os.getpid()}".lower()
        database.create(self.name).close()
        self.client = Client("peer", secrets.token_hex(16))
        self.token = secrets.token_hex(20)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.child = None

    @classmethod
    def missing(cls):
        return [p for p in cls.packages if not package(p)]

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.home}

    def command(self, *command):
        """As the user that the cluster lets in."""
        return [*(["setpriv", f"--reuid={USER}", f"--regid={USER}",
                   "--clear-groups"] if USER else []), *command]

    def run(self, *command):
        """The server itself, in the foreground."""
        # pylint: disable=consider-using-with
        self.child = subprocess.Popen(self.command(*command), cwd=self.home,
                                      env=self.environment())

    def roots(self):
        return {"web server": [], "programs": [self.child.pid],
                "PostgreSQL": [self.database.pid()]}

    def program_pids(self):
        return trees(processes(), [self.child.pid])

    def sessions(self):
        return self.database.sessions(self.name)

    def written(self):
        return self.database.written()

    def close(self):
        if self.child:
            self.child.terminate()
            self.child.wait()
        shutil.rmtree(self.home)
