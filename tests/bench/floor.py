"""floor - the naive probe (floor.c), behind a web server like Postern's."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from postern_stack import BUILD, ROOT, free_port
from sides import is_listening, wait_for

PROCESSES = 8
# The one token that every GET looks up.
KNOWN = """INSERT INTO floor_token (token_hash, client_id, scope, expires_at)
VALUES (decode(repeat('00', 32), 'hex'), 'floor', 'profile',
        now() + interval '1 day')"""
USER = "www-data" if os.getuid() == 0 else None

LIGHTTPD = """
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{home}"
server.modules = ( "mod_fastcgi", "mod_cgi", "mod_alias", "mod_setenv" )
server.max-connections = 2048
server.errorlog = "{home}/log"
{user}
setenv.set-environment = ( "FLOOR_DATABASE" => "{database}" )
alias.url = ( "/bare" => "{home}/bare" )
$HTTP["url"] =~ "^/bare$" {{ cgi.assign = ( "" => "" ) }}
fastcgi.server = ( "/floor" => (( "socket" => "{home}/floor.sock",
	"check-local" => "disable" )))
"""
NGINX = """
{user}
pid {home}/nginx.pid;
error_log {home}/log;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
	access_log off;
	client_body_temp_path {home}/body;
	proxy_temp_path {home}/proxy;
	fastcgi_temp_path {home}/fastcgi;
	uwsgi_temp_path {home}/uwsgi;
	scgi_temp_path {home}/scgi;
	server {{
		listen 127.0.0.1:{port};
		location /floor {{
			fastcgi_pass unix:{home}/floor.sock;
			include /etc/nginx/fastcgi_params;
		}}
	}}
}}
"""


class Pool:
    """The probe's 8 processes, and its table in a database of its own."""

    def __init__(self, database):
        self.database = database
        self.home = tempfile.mkdtemp(prefix="postern-floor.", dir="/tmp")
        os.chmod(self.home, 0o755)
        self.name = f"floor_{os.getpid()}"
        self.db = database.create(self.name)
        self.sql((ROOT / "tests/bench/floor.sql").read_text())
        self.sql("GRANT ALL ON floor_token TO postern_token")
        self.empty()
        self.conninfo = (f"host={database.cluster.home}/pgrun"
                         f" dbname={self.name} user=postern_token")
        for program in "floor", "bare":
            shutil.copy(BUILD / "tests/bench" / program, self.home)
        if USER:
            shutil.chown(self.home, USER)
        as_web = ["-u", USER, "-g", USER, "-U", USER, "-G", USER] \
            if USER else []
        subprocess.run(
            ["spawn-fcgi", "-F", str(PROCESSES), "-b", "1024",
             "-s", f"{self.home}/floor.sock", "-P", f"{self.home}/pids",
             *as_web, "--", f"{self.home}/floor"], check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "FLOOR_DATABASE": self.conninfo})

    def sql(self, query):
        with self.db.cursor() as c:
            c.execute(query)

    def pids(self):
        return [int(p) for p in
                (Path(self.home) / "pids").read_text().split()]

    def empty(self):
        """No token but the one that is looked up."""
        self.sql("TRUNCATE floor_token; " + KNOWN)

    def close(self):
        for pid in self.pids():
            os.kill(pid, 15)
        self.db.close()
        shutil.rmtree(self.home)


class Floor:
    """The pool behind lighttpd or nginx: .url, and the rest of a side."""

    def __init__(self, pool, server="lighttpd"):
        self.pool, self.database = pool, pool.database
        self.port = free_port()
        base = f"http://localhost:{self.port}"
        self.url, self.bare_url = base + "/floor", base + "/bare"
        self.conf = Path(pool.home) / f"{server}.conf"
        text, user = (LIGHTTPD, f'server.username = "{USER}"') \
            if server == "lighttpd" else (NGINX, f"user {USER};")
        self.conf.write_text(text.format(
            port=self.port, home=pool.home, user=user if USER else "",
            database=pool.conninfo))
        command = ["lighttpd", "-D", "-f", self.conf] \
            if server == "lighttpd" else ["nginx", "-c", self.conf,
                                          "-g", "daemon off;"]
        # pylint: disable=consider-using-with
        self.web = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(lambda: is_listening(self.port))

    def roots(self):
        return {"web server": [self.web.pid], "programs": self.pool.pids(),
                "PostgreSQL": [self.database.pid()]}

    def program_pids(self):
        return self.pool.pids()

    def sessions(self):
        return self.database.sessions(self.pool.name)

    def written(self):
        return self.database.written()

    def empty(self):
        self.pool.empty()

    def close(self):
        self.web.terminate()
        self.web.wait()
