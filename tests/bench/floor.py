"""floor - the naive probe (floor.c) behind a lighttpd like Postern's."""
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from postern_stack import BUILD, ROOT, free_port

PROCESSES = 8


class Floor:
    """The probe, on Postern's own database; .url, .pids()."""

    def __init__(self, stack):
        self.home = tempfile.mkdtemp(prefix="postern-floor.", dir="/tmp")
        os.chmod(self.home, 0o755)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}/floor"
        user = "www-data" if os.getuid() == 0 else None
        stack.sql((ROOT / "tests/bench/floor.sql").read_text())
        stack.sql("GRANT ALL ON floor_token TO postern_token")
        program = shutil.copy(BUILD / "tests/bench/floor", self.home)
        if user:
            shutil.chown(self.home, user)
        socket = f"{self.home}/floor.sock"
        as_web = ["-u", user, "-g", user, "-U", user, "-G", user] \
            if user else []
        subprocess.run(
            ["spawn-fcgi", "-F", str(PROCESSES), "-s", socket,
             "-P", f"{self.home}/pids", *as_web, "--", program], check=True,
            stdout=subprocess.DEVNULL, env={**os.environ, "FLOOR_DATABASE":
                 f"host={stack.cluster.home}/pgrun dbname={stack.database}"
                 " user=postern_token"})
        self.web = self.start_web(socket, user)

    def start_web(self, socket, user):
        conf = Path(self.home) / "lighttpd.conf"
        conf.write_text(
            f'server.bind = "127.0.0.1"\nserver.port = {self.port}\n'
            f'server.document-root = "{self.home}"\n'
            'server.modules = ( "mod_fastcgi" )\n'
            'server.max-connections = 2048\n'
            f'server.errorlog = "{self.home}/log"\n'
            + (f'server.username = "{user}"\n' if user else "") +
            f'fastcgi.server = ( "/floor" => (( "socket" => "{socket}",'
            ' "check-local" => "disable" )))\n')
        # pylint: disable=consider-using-with
        web = subprocess.Popen(["lighttpd", "-D", "-f", conf],
                               stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        return web

    def pids(self):
        return [int(p) for p in
                (Path(self.home) / "pids").read_text().split()]

    def close(self):
        self.web.terminate()
        self.web.wait()
        for pid in self.pids():
            os.kill(pid, 15)
        shutil.rmtree(self.home)
