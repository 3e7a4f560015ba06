"""site_of_machines - a database, two front ends and a balancer before them, a
machine each, and the wire between them all that they share."""
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import requests
from machines import lan_or_skip
from postern_stack import BUILD, LOCAL, Browser, Cluster, Stack, local

PROGRAMS = ["authorize", "token", "resource", "metadata"]
NAME = "login.test"


def certificate(folder, name, alt, ca=None):
    """folder/name.pem and .key, of ca (a name in there) or its own."""
    of_ca = ["-CA", f"{folder}/{ca}.pem", "-CAkey", f"{folder}/{ca}.key",
             "-addext", "basicConstraints=critical,CA:FALSE",
             "-addext", f"subjectAltName={alt}"] if ca else []
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
         f"/CN={name}", "-keyout", f"{folder}/{name}.key", "-out",
         f"{folder}/{name}.pem", *of_ca], check=True, capture_output=True)


class Front(Stack):
    """A front end, asked itself: requests that the balancer sent to it."""

    def __init__(self, site, machine):  # pylint: disable=super-init-not-called
        self.site, self.machine = site, machine
        self.url, self.verify = f"http://{machine.address}:8080", True
        self.state = site.lan.home      # its own, at the same path

    def sql(self, query, *args):
        return self.site.sql(query, *args)

    def start(self):
        conninfo = (f"host=db.test hostaddr={self.site.db_machine.address}"
                    f" port=5432 dbname={self.site.database}"
                    f" sslmode=verify-full sslrootcert={self.state}/ca.pem"
                    f" passfile={self.state}/pgpass")
        self.machine.run("mount", "-t", "tmpfs", "hidden",
                         self.site.cluster.home)
        self.machine.put(self.state + "/ca.pem", self.site.ca_text, mode=0o644)
        self.machine.put(self.state + "/pgpass", "".join(
            f"*:*:*:postern_{p}:{self.site.passwords[p]}\n"
            for p in PROGRAMS), "www-data" if os.getuid() == 0 else None)
        self.machine.put(self.state + "/others.key", self.site.key_text)
        self.machine.run(LOCAL, "start", env={
            **os.environ, "STATE": self.state, "BUILD": str(BUILD),
            "PORT": "8080", "BIND": "0.0.0.0", "DEMO": "0",
            "SERVER": "lighttpd", "REMOTE_DATABASE": conninfo,
            "KEY": self.state + "/others.key",
            # So that the person's address is the person's.
            "WEB_EXTRA": 'server.modules += ( "mod_extforward" )\n'
                         'extforward.forwarder = ( "'
                         f'{self.site.balancer.address}" => "trust" )'})

    def stop(self):
        self.machine.run(LOCAL, "stop", env={
            **os.environ, "STATE": self.state, "DEMO": "0",
            "REMOTE_DATABASE": "x"})

    def postern(self, *args):
        command = self.state + "/bin/postern"
        self.machine.run("cp", BUILD / "bin" / "postern", command)
        as_owner = [] if os.getuid() else [
            "setpriv", "--reuid=www-data", "--regid=www-data",
            "--clear-groups"]
        return self.machine.run(
            *as_owner, "env", f"HOME={self.state}",
            f"POSTERN_CONFIG={self.state}/postern.conf", command,
            *args).strip()

    def log_text(self):
        logs = Path(self.machine.path(self.state + "/log"))
        return "".join(p.read_text(errors="replace")
                       for p in sorted(logs.glob("*")))


class Site(Stack):
    """https://login.test, and .fronts behind it, in turns.

    .served: which front answered, for every request of .post() and Browser.
    """

    def __init__(self):  # pylint: disable=super-init-not-called
        self._db, self.nginx = None, None
        self.cluster, self.fronts = None, []
        self.url = self.server = f"https://{NAME}"
        self.database = "postern"
        self.lan = lan_or_skip()
        self.folder = tempfile.mkdtemp(prefix="postern-site.", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.state = self.folder
        self.ca_file = self.verify = self.folder + "/ca.pem"
        self.db_machine = self.lan.machine("db")
        self.balancer = self.lan.machine("balancer")
        self.client_machine = self.lan.machine("client")
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        certificate(self.folder, "ca", None)
        for name in (NAME, "db.test"):
            certificate(self.folder, name, f"DNS:{name}", "ca")
        self.ca_text = Path(self.ca_file).read_text(encoding="utf-8")
        self.key_text = subprocess.run(
            [BUILD / "bin" / "postern", "make-key"], text=True, check=True,
            capture_output=True).stdout
        self.start_database()
        self.fronts = [Front(self, self.lan.machine(f"front{n}"))
                       for n in (1, 2)]
        for front in self.fronts:
            front.start()
        self.start_balancer()

    def start_database(self):
        with self.db_machine.inside():
            self.cluster = Cluster()
            local("schema", {**self.cluster.env, "PORT": "8080",
                               "DATABASE": self.database})
            self.cluster.stop()
            self.listen()
            self.cluster.start()
        self.sql("UPDATE oauth.setting SET issuer = %s", self.url)
        self.sql("SELECT oauth.define_scope('profile', 'See your name', true),"
                 " oauth.define_scope('email', 'See your email', false)")
        self.passwords = {p: secrets.token_hex(16) for p in PROGRAMS}
        for program, password in self.passwords.items():
            self.sql(f"ALTER ROLE postern_{program} PASSWORD %s", password)

    def listen(self):
        """By TLS, to those who know a program's password."""
        data = Path(self.cluster.home) / "pg"
        owner = data.stat()
        for end in ("pem", "key"):
            copy = data / f"server.{end}"
            shutil.copy(f"{self.folder}/db.test.{end}", copy)
            copy.chmod(0o600)
            os.chown(copy, owner.st_uid, owner.st_gid)
        with (data / "postgresql.conf").open("a") as f:
            f.write(f"listen_addresses = '{self.db_machine.address}'\n"
                    "ssl = on\nssl_cert_file = 'server.pem'\n"
                    "ssl_key_file = 'server.key'\n")
        with (data / "pg_hba.conf").open("a") as f:
            f.write(f"hostssl {self.database} "
                    + ",".join("postern_" + p for p in PROGRAMS)
                    + f" {self.lan.net}.0/24 scram-sha-256\n")

    def start_balancer(self):
        servers = "".join(f"server {f.machine.address}:8080 fail_timeout=1s;"
                          for f in self.fronts)
        conf = Path(self.folder) / "balancer.conf"
        conf.write_text(f"""
worker_processes 1;
pid {self.folder}/balancer.pid;
error_log {self.folder}/balancer.log;
events {{ worker_connections 512; }}
http {{
	access_log off;
	client_body_temp_path {self.folder}/body;
	proxy_temp_path {self.folder}/proxy;
	fastcgi_temp_path {self.folder}/fastcgi;
	uwsgi_temp_path {self.folder}/uwsgi;
	scgi_temp_path {self.folder}/scgi;
	upstream fronts {{ {servers} }}
	server {{
		listen {self.balancer.address}:443 ssl;
		ssl_certificate {self.folder}/{NAME}.pem;
		ssl_certificate_key {self.folder}/{NAME}.key;
		location / {{
			proxy_pass http://fronts;
			proxy_connect_timeout 1s;
			proxy_set_header X-Forwarded-For $remote_addr;
			add_header X-Served-By $upstream_addr always;
		}}
	}}
}}
""", encoding="utf-8")
        self.nginx = subprocess.Popen(
            self.balancer.enter("nginx", "-c", conf, "-g", "daemon off;"),
            stderr=subprocess.DEVNULL)
        with self.client_machine.inside():
            for _ in range(100):
                with socket.socket() as s:
                    if s.connect_ex((self.balancer.address, 443)) == 0:
                        return
                time.sleep(0.05)
        raise AssertionError("no balancer")

    def close(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
        for front in self.fronts:
            front.stop()
        if self._db:
            self._db.close()
        if self.cluster:
            self.cluster.close()
        self.lan.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Turns:
    """Who served each request, of this thread's from now on."""

    def __init__(self, site):
        self.site, self.seen = site, []
        self.send = requests.Session.send

    def __enter__(self):
        turns = self

        def send(session, request, **kw):
            response = turns.send(session, request, **kw)
            by = response.headers.get("X-Served-By")
            if by:
                turns.seen.append(by)
            return response

        requests.Session.send = send
        self.resolve = socket.getaddrinfo

        def resolve(host, *args, **kw):
            at = self.site.balancer.address if host == NAME else host
            return self.resolve(at, *args, **kw)

        socket.getaddrinfo = resolve
        return self

    def __exit__(self, *_):
        requests.Session.send = self.send
        socket.getaddrinfo = self.resolve

    def alternate(self):
        """Never the same front twice in a row, and more than one request."""
        assert len(self.seen) > 1
        assert all(a != b for a, b in zip(self.seen, self.seen[1:])), self.seen
        return True


__all__ = ["Browser", "Site", "Turns"]
