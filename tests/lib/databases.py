"""databases - Postern's schema in a cluster without a front end, and single
programs that reach it by whatever connection string is to be tried."""
import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from urllib.parse import urlencode

import fcgi
from postern_stack import BUILD, Cluster, Stack, local, remember


class Database(Stack):
    """.sql(), .register_client(), .create_user() and a key file."""

    def __init__(self, cluster=None, database="postern"):
        # pylint: disable=super-init-not-called
        self._db, self.cluster = None, cluster or Cluster("fsync = off")
        self.database = database
        self.state = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        os.chmod(self.state, 0o755)
        try:
            local("schema", {"STATE": self.state, "BUILD": str(BUILD),
                               "CLUSTER": self.cluster.home,
                               "DATABASE": database})
            self.make_key()
        except BaseException:
            self.close()
            raise

    def make_key(self):
        with open(self.state + "/key", "wb", opener=lambda p, f: os.open(
                p, f, 0o600)) as f:
            subprocess.run([BUILD / "bin" / "postern", "make-key"], stdout=f,
                           check=True)

    @property
    def socket(self):
        """Where PostgreSQL listens, as libpq's host."""
        return self.cluster.home + "/pgrun"

    def put(self, name, value):
        """A setting of the whole cluster's; None: as it was.  A standby of
        our own is not waited for, which it may be about."""
        self.sql("SET synchronous_commit = local")
        self.sql("SET default_transaction_read_only = off")
        self.sql(f"ALTER SYSTEM RESET {name}" if value is None
                 else f"ALTER SYSTEM SET {name} = '{value}'")
        self.sql("SELECT pg_reload_conf()")

    def close(self):
        if self._db:
            self._db.close()
        self.cluster.close()
        shutil.rmtree(self.state, ignore_errors=True)


class Programs:
    """Ours, each with the connection string that it is to have.

    All of them are www-data's, whom the cluster's pg_ident.conf knows as the
    four roles; we are postgres.
    """

    def __init__(self, database, conninfo):
        self.database, self.folder = database, tempfile.mkdtemp(
            prefix="postern-test.", dir="/tmp")
        self.conninfo = conninfo
        self.started = {}

    def env(self):
        return {"POSTERN_DATABASE": self.conninfo,
                "POSTERN_KEY_FILE": self.database.state + "/key"}

    def program(self, name, **kw):
        if name not in self.started:
            self.started[name] = fcgi.Program(
                name, f"{self.folder}/{name}", {**self.env(), **kw})
        return self.started[name]

    def log(self):
        return "".join(p.log() for p in self.started.values())

    def ask(self, name, path, data=None, **params):
        """-> status, members of the answer; by FastCGI."""
        return parsed(self.program(name).ask(*request(path, data, **params)))

    def ask_by_cgi(self, name, path, data=None, **params):
        params, body = request(path, data, **params)
        return parsed(subprocess.run(
            [BUILD / "cgi-bin" / name], input=body, capture_output=True,
            timeout=30, check=True,
            env={**self.env(), **params, "GATEWAY_INTERFACE": "CGI/1.1",
                 "SERVER_PROTOCOL": "HTTP/1.1"}).stdout)

    def token(self, client, by_cgi=False, **data):
        """A token of the client's own -> status, members."""
        ask = self.ask_by_cgi if by_cgi else self.ask
        status, got = ask("token", "/oauth/token", {
            "grant_type": "client_credentials", **credentials(client),
            **data})
        remember(got.get("access_token"), got.get("refresh_token"))
        return status, got

    def me(self, token):
        return self.ask("resource", "/api/me",
                        HTTP_AUTHORIZATION="Bearer " + token)[0]

    def revoke(self, client, token):
        return self.ask("token", "/oauth/revoke", {
            "token": token, **credentials(client)})[0]

    def close(self):
        for p in self.started.values():
            p.close()
        shutil.rmtree(self.folder)


def credentials(client):
    return {"client_id": client.client_id,
            "client_secret": client.client_secret}


def request(path, data=None, **params):
    """-> parameters, body."""
    params = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": path,
              "REMOTE_ADDR": "127.0.0.1", **params}
    if data is None:
        return params, b""
    body = urlencode(data).encode()
    return {**params, "REQUEST_METHOD": "POST", "CONTENT_TYPE":
            "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body))}, body


def parsed(answer):
    """A CGI answer -> status, members."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = [line.split()[1] for line in head.split(b"\r\n")
              if line.lower().startswith(b"status:")]
    return int(status[0]) if status else 200, \
        json.loads(body) if body.startswith(b"{") else {}


def post_client(database, **metadata):
    """One that sends its secret in the form."""
    return database.register_client(
        token_endpoint_auth_method="client_secret_post", **metadata)


def person_token(database, client, user):
    """An access token of a person's, as a row of the day -> the token."""
    secret = secrets.token_bytes(32)
    [[slot]] = database.sql(
        "WITH z AS (INSERT INTO oauth.authorization_grant (user_id,"
        " client_id, grant_type, scope, expires_at) SELECT user_id, %s,"
        " 'authorization_code', 'profile', now() + interval '1 hour'"
        " FROM oauth.end_user WHERE sub = %s"
        " RETURNING authorization_id, user_id)"
        " INSERT INTO oauth.access_token (slot, token_hash, client_id,"
        " user_id, authorization_id, scope, expires_at) SELECT"
        " oauth.access_token_slot(now() + interval '1 hour'), %s, %s,"
        " user_id, authorization_id, 'profile', now() + interval '1 hour'"
        " FROM z RETURNING slot", client.client_id, user.sub,
        hashlib.sha256(secret).digest(), client.client_id)
    token = f"pat{slot}_" + base64.urlsafe_b64encode(secret).rstrip(
        b"=").decode()
    remember(token)
    return token
