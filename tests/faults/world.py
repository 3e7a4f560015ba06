"""world - a stack whose programs reach PostgreSQL by a proxy, and what its
flows begin with: clients, people, sessions, credentials that are good."""
import hashlib
import json
import os
import secrets
import signal
import subprocess
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import closing
from pathlib import Path

import psycopg2
import requests
from client_jwt import Host, new_key, public, sign
from postern_stack import (Browser, Client, get_code, password_hash,
                           redeem, remember, run_script, with_keys)
from proxy import Proxy

PROGRAMS = ["authorize", "token", "resource", "metadata"]
CB = "https://client.test/cb"
AFTER = "https://client.test/after"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CODE = ["authorization_code", "refresh_token"]
KEY = new_key()

# What the flows' clients are, by name.
CLIENTS = {
    "secret": {},
    "chosen": {"client_secret_verifier": password_hash("a chosen secret")},
    "jwt": {"access_token_format": "jwt", "scope": "openid profile"},
    "openid": {"scope": "openid profile offline_access",
               "post_logout_redirect_uris": [AFTER]},
    "public": {"token_endpoint_auth_method": "none"},
    "native": {"token_endpoint_auth_method": "none",
               "scope": "openid profile offline_access"},
    "password": {"grant_types": ["password", "refresh_token"],
                 "scope": "openid profile"},
    "bearer": {"grant_types": CODE + [JWT_BEARER], "jwks": public(KEY)},
    "key": {"token_endpoint_auth_method": "private_key_jwt",
            "jwks": public(KEY)},
    "device": {"grant_types": [DEVICE, "refresh_token"], "response_types": [],
               "redirect_uris": [], "scope": "openid profile"},
    "implicit": {"grant_types": ["implicit"], "scope": "openid profile",
                 "response_types": ["token", "id_token token"],
                 "token_endpoint_auth_method": "none"},
    "jar": {"scope": "openid profile", "jwks": public(KEY)},
    "userinfo": {"scope": "openid profile",
                 "userinfo_signed_response_alg": "ES256"},
    "frames": {"scope": "openid profile",
               "post_logout_redirect_uris": [AFTER],
               "frontchannel_logout_uri": "https://client.test/frame"},
}


def b64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def may_be_anyone(cluster):
    """The proxy connects as whoever runs the tests, for any program."""
    me = subprocess.run(["id", "-un"], capture_output=True, text=True,
                        check=True).stdout.strip()
    ident = Path(cluster.home) / "pg" / "pg_ident.conf"
    with ident.open("a", encoding="utf-8") as f:
        f.writelines(f"postern {me} postern_{p}\n" for p in PROGRAMS)
    with closing(psycopg2.connect(host=f"{cluster.home}/pgrun",
                                  dbname="postgres", user="postgres")) as db:
        db.autocommit = True
        db.cursor().execute("SELECT pg_reload_conf()")


class World:
    """.stack, .proxy, and makers of what a flow needs.

    .ahead: how many seconds the clock of PostgreSQL, and so that of all who
    sign for it, is.
    """

    def __init__(self, stack):
        self.stack, self.ahead = stack, 0
        self.proxy = Proxy(f"{stack.cluster.home}/pgrun/.s.PGSQL.5432")
        self.host = Host()
        self._clients = {}
        stack.sql("UPDATE oauth.setting SET registration = 'open',"
                  " registration_address_limit = 1000000,"
                  " account_creation = true")
        run_script(stack, "allow_password_grant.sql")
        stack.sql("SELECT oauth.trust_software_publisher(%s, %s, 'ES256')",
                  "https://store.test", json.dumps(public(KEY)))
        self.user = stack.create_user(name="Alice Liddell")
        with_keys(stack)
        self.lead_through_proxy()

    def close(self):
        self.proxy.close()
        self.host.close()

    # -- the programs

    def pids(self, program):
        found = subprocess.run(
            ["pgrep", "-f", f"^{self.stack.state}/bin/{program}"], text=True,
            capture_output=True, check=False)
        return [int(p) for p in found.stdout.split()]

    def restart(self, *programs, with_signal=signal.SIGTERM):
        """End them; the supervisors start others -> when these are there."""
        before = {p: self.pids(p) for p in programs}
        for pids in before.values():
            for pid in pids:
                os.kill(pid, with_signal)
        for program, pids in before.items():
            for _ in range(200):
                now = self.pids(program)
                if len(now) == len(pids) and not set(now) & set(pids):
                    break
                time.sleep(0.05)
            else:
                raise AssertionError(f"{program} does not come back")

    def lead_through_proxy(self):
        conf = Path(self.stack.state) / "postern.conf"
        direct = f"host='{self.stack.cluster.home}/pgrun'"
        text = conf.read_text(encoding="utf-8")
        assert direct in text
        conf.write_text(text.replace(direct, f"host='{self.proxy.home}'"),
                        encoding="utf-8")
        self.restart(*PROGRAMS)

    # -- requests, which can be sent again as they are

    def request(self, method, path, browser=None, client=None, **kw):
        auth = (client.client_id, client.client_secret) if client else None
        return (browser or requests.Session()).prepare_request(
            requests.Request(method, self.stack.url + path, auth=auth, **kw))

    def post(self, path, data, client=None, **kw):
        """Of a client: with its secret, or its name where it has none."""
        if client and not client.client_secret:
            data, client = {**data, "client_id": client.client_id}, None
        return self.request("POST", path, None, client, data=data, **kw)

    def token(self, client, grant_type, **data):
        return self.post("/oauth/token", {"grant_type": grant_type, **data},
                         client)

    def bearer(self, path, token, method="GET"):
        return self.request(method, path, headers={
            "Authorization": "Bearer " + token})

    # -- what there must be before

    def client(self, name, fresh=False, **changed):
        if fresh or name not in self._clients:
            made = self.stack.register_client(
                **{"client_name": name, **CLIENTS[name], **changed})
            if name == "chosen":
                made = Client(made.client_id, "a chosen secret")
            if fresh:
                return made
            self._clients[name] = made
            self.consents(made)
        return self._clients[name]

    def new_client(self, name):
        """One that no program has met, and that the person has agreed to."""
        client = self.client(name, fresh=True)
        self.consents(client)
        return client

    def consents(self, client):
        self.stack.sql(
            "INSERT INTO oauth.consent (user_id, client_id, scope)"
            " SELECT u.user_id, c.client_id, c.scope FROM oauth.end_user u,"
            " oauth.client c WHERE u.sub = %s AND c.client_id = %s"
            " ON CONFLICT DO NOTHING", self.user.sub, client.client_id)

    def visitor(self):
        """A browser in which the person is signed in."""
        browser, value = Browser(self.stack), secrets.token_bytes(32)
        self.stack.sql(
            "INSERT INTO oauth.session (session_hash, user_id, acr,"
            " expires_at) SELECT %s, user_id, 'urn:oasis:names:tc:SAML:2.0:"
            "ac:classes:PasswordProtectedTransport', now() + interval '1 day'"
            " FROM oauth.end_user WHERE sub = %s",
            hashlib.sha256(value).digest(), self.user.sub)
        browser.cookies.set("postern_session", b64(value))
        remember(b64(value))
        return browser

    def code(self, client, browser=None, **params):
        """-> code, code_verifier"""
        return get_code(self.stack, client, self.user,
                        browser or self.visitor(), **params)[:2]

    def tokens(self, client, browser=None, **params):
        r = redeem(self.stack, client, *self.code(client, browser, **params))
        assert r.status_code == 200, r.text
        remember(*(v for k, v in r.json().items() if k.endswith("_token")))
        return r.json()

    def assertion(self, client, **changed):
        """What authenticates the client, or vouches for the person."""
        now = int(time.time()) + self.ahead
        return sign(KEY, {
            "iss": client.client_id, "sub": client.client_id,
            "aud": self.stack.url, "iat": now, "exp": now + 60,
            "jti": secrets.token_hex(16), **changed})

    def keys_at(self, path, seconds=0):
        """Where KEY lies; the host may take its time."""
        body = json.dumps(public(KEY)).encode()

        def answer(handler):
            time.sleep(seconds)
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.host.answer = answer
        return self.host.base + path

    def later(self, seconds, query, *args):
        """A statement of somebody else's, meanwhile."""
        def run():
            with closing(self.stack.db()) as db, db.cursor() as c:
                c.execute(query, args)
        timer = threading.Timer(seconds, run)
        timer.daemon = True
        timer.start()
