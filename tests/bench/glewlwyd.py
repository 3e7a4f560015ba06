"""glewlwyd - a peer in C: Glewlwyd on the same PostgreSQL, its own HTTP server,
its OpenID Connect plugin with shared-secret JWTs, which are its fastest."""
from pathlib import Path

import requests
import scenarios
from load import Script
from peer import Peer
from sides import is_listening, wait_for

# The schema is Debian's; it wants pgcrypto for the administrator's password.
SCHEMA = Path("/usr/share/dbconfig-common/data/glewlwyd/install")
CONFIG = """
port = {port}
bind_address = "127.0.0.1"
external_url = "{url}/"
api_prefix = "api"
log_mode = "file"
log_level = "ERROR"
log_file = "{home}/log"
cookie_secure = false
session_expiration = 2419200
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = {{ type = "postgre"; conninfo = "{conninfo}"; }};
"""


class Glewlwyd(Peer):
    """As its documentation has it, by its own administration API."""

    label = "Glewlwyd"
    packages = ("glewlwyd",)
    asked = (("token", "token, client credentials"),
             ("check", "introspection"))

    def start(self):
        self.make_tables()
        conf = Path(self.home) / "glewlwyd.conf"
        conf.write_text(CONFIG.format(
            port=self.port, url=self.url, home=self.home,
            conninfo=f"host={self.host} dbname={self.name}"
            " user=postern_token"))
        self.run("/usr/bin/glewlwyd", "-c", str(conf))
        wait_for(lambda: is_listening(self.port))
        self.administer()

    def make_tables(self):
        with self.database.connect(self.name) as db, db.cursor() as c:
            c.execute("CREATE EXTENSION pgcrypto")
            c.execute("SET ROLE postern_token")
            for name in "pgsql", "postgre.default.sql":
                c.execute((SCHEMA / name).read_text())

    def administer(self):
        """A scope, a client, and the plugin; and one token."""
        admin = requests.Session()
        for path, body in (
                ("auth/", {"username": "admin", "password": "password"}),
                ("scope/", {"name": "profile", "display_name": "profile",
                            "password_required": False}),
                ("client/?source=database", {
                    "client_id": self.client.client_id, "name": "peer",
                    "client_secret": self.client.client_secret,
                    "confidential": True, "enabled": True,
                    "authorization_type": ["client_credentials"],
                    "token_endpoint_auth_method": ["client_secret_basic"],
                    "scope": ["profile"]}),
                ("mod/plugin/", {
                    "module": "oidc", "name": "oidc", "display_name": "oidc",
                    "order_rank": 0, "parameters": {
                        "iss": self.url, "jwt-type": "sha",
                        "jwt-key-size": "256", "key": self.token,
                        "access-token-duration": 3600,
                        "refresh-token-duration": 86400, "code-duration": 60,
                        "allow-non-oidc": True,
                        "auth-type-client-enabled": True,
                        "introspection-revocation-allowed": True,
                        "introspection-revocation-allow-target-client":
                        True}})):
            done = admin.post(f"{self.url}/api/{path}", json=body, timeout=30)
            assert done.ok, (path, done.status_code, done.text)
        self.token = requests.post(
            f"{self.url}/api/oidc/token", data=scenarios.OWN, timeout=30,
            auth=tuple(self.client)).json()["access_token"]

    def script(self, what, home):
        """What scenarios.py asks of Postern, here."""
        path, find, fields = (
            "token", '"access_token":', scenarios.OWN) if what == "token" \
            else ("introspect", '"active":true', {"token": self.token})
        return Script(self.url).step(
            200, "POST", f"/api/oidc/{path}", find).header(
            "Authorization", scenarios.basic(self.client)).form(
            **fields).write(home / f"peer-{what}")
