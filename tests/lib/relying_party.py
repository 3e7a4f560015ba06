"""relying_party - other people's relying parties and resource servers, each a
private Apache with a module that Debian has.

The protected page shows what the module passes on, the environment of the
request; claims() reads it.
"""
import html
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from postern_stack import free_port, remember

MODULES = Path("/usr/lib/apache2/modules")
# Those of every Apache here; mod_include is what shows the environment.
COMMON = ["mpm_event", "authn_core", "authz_core", "authz_user", "mime",
          "include"]
PAGE = "<!doctype html><title>{}</title><link rel=icon href=data:,>{}\n"
PRINTENV = "<pre>\n<!--#printenv --></pre>"


def claims(page, prefix="OIDC_CLAIM_"):
    """What a page, or its text, says that the module has passed on."""
    return dict(re.findall(rf"^{prefix}(\w+)=(.*)$", html.unescape(page),
                           re.M))


class Apache:
    """A private Apache: .url, .log_text(), .close(); https as the stack is.

    /protected/ asks for whom the module knows, /open.html for nobody.
    """

    def __init__(self, stack, module):
        self.stack, self.module = stack, module
        self.home = Path(tempfile.mkdtemp(prefix="postern-rp.", dir="/tmp"))
        self.home.chmod(0o755)
        self.port = free_port()
        self.url = f"http{'s' * bool(stack.ca_file)}://127.0.0.1:{self.port}"
        self.process = None

    def start(self, *directives):
        """With these lines of configuration, and those that all have."""
        protected = self.home / "www" / "protected"
        protected.mkdir(parents=True, exist_ok=True)
        (protected / "index.shtml").write_text(
            PAGE.format("Protected", PRINTENV))
        (protected.parent / "open.html").write_text(
            PAGE.format("Open", "Nobody asks."))
        config = self.home / "apache.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join([*self.common(), *directives, ""]))
        with open(self.home / "out", "ab") as out:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                ["apache2", "-d", self.home, "-f", config, "-DFOREGROUND"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={"PATH": os.environ["PATH"]}, start_new_session=True)
        self.wait_until_it_listens()
        return self

    def common(self):
        modules = COMMON + [self.module] + ["ssl"] * bool(self.stack.ca_file)
        lines = [f"LoadModule {m}_module {MODULES}/mod_{m}.so"
                 for m in modules]
        lines += [
            "ServerName 127.0.0.1", f"Listen 127.0.0.1:{self.port}",
            f"PidFile {self.home}/pid", f"ErrorLog {self.home}/log",
            f"DefaultRuntimeDir {self.home}", f"DocumentRoot {self.home}/www",
            "StartServers 1", "ThreadsPerChild 16", "MaxRequestWorkers 64",
            "TypesConfig /dev/null",
            # A browser keeps connections on which it says nothing; Apache
            # would wait for them when it is to end.
            "KeepAlive Off", "Timeout 2",
            "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml",
            f'<Directory "{self.home}/www">', "Options +Includes",
            "</Directory>"]
        if os.geteuid() == 0:
            lines += ["User www-data", "Group www-data"]
        if self.stack.ca_file:
            cert = Path(self.stack.ca_file).with_name("localhost.pem")
            lines += ["SSLEngine on", f"SSLCertificateFile {cert}",
                      f"SSLCertificateKeyFile {cert.with_suffix('.key')}"]
        return lines

    def wait_until_it_listens(self):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("apache2 does not listen:\n" + self.log_text())

    def log_text(self):
        return "".join(p.read_text(errors="replace") for p in (
            self.home / "out", self.home / "log") if p.exists())

    def for_web_user(self, path, mode=0o400):
        """A file that the module reads after Apache has become www-data."""
        path.chmod(mode)
        if os.geteuid() == 0:
            user = pwd.getpwnam("www-data")
            os.chown(path, user.pw_uid, user.pw_gid)
        return path

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class RelyingParty(Apache):
    """mod_auth_openidc, told no more than the discovery document's URL.

    Its redirect URI has all the module's own pages: ?logout=URL begins a
    sign-out, ?logout=backchannel takes a logout token, ?jwks=rsa shows its
    public key.
    """

    def __init__(self, stack):
        super().__init__(stack, "auth_openidc")
        self.redirect_uri = self.url + "/protected/redirect_uri"
        self.backchannel_logout_uri = self.redirect_uri + "?logout=backchannel"
        self.jwks_uri = self.redirect_uri + "?jwks=rsa"
        self.protected = self.url + "/protected/index.shtml"
        self.open = self.url + "/open.html"
        self.logout = f"{self.redirect_uri}?logout={self.open}"
        self.client = None

    def register(self, **metadata):
        """At the stack, with the URIs of this one."""
        self.client = self.stack.register_client(**{
            "client_name": "mod_auth_openidc",
            "redirect_uris": [self.redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "post_logout_redirect_uris": [self.open],
            "backchannel_logout_uri": self.backchannel_logout_uri,
            "backchannel_logout_session_required": True,
            "scope": "openid profile email", **metadata})
        return self.client

    def start(self, *directives):
        passphrase = secrets.token_hex(16)
        lines = [
            "OIDCProviderMetadataURL " + self.stack.url
            + "/.well-known/openid-configuration",
            "OIDCClientID " + self.client.client_id,
            "OIDCRedirectURI " + self.redirect_uri,
            "OIDCCryptoPassphrase " + passphrase,
            'OIDCScope "openid profile email"',
            "OIDCPassClaimsAs environment",
            # A browser's cookies do not know the port: names of its own.
            f"OIDCCookie session_{self.port}",
            f"OIDCStateCookiePrefix state_{self.port}_",
            "OIDCClientName mod_auth_openidc"]
        if self.client.client_secret:
            lines += ["OIDCClientSecret " + self.client.client_secret]
        if self.stack.ca_file:
            lines += ["OIDCCABundlePath " + self.stack.ca_file]
        return super().start(
            *lines, *directives, "<Location /protected/>",
            "AuthType openid-connect", "Require valid-user", "</Location>")

    def make_key(self):
        """An RSA key -> the directives that make the module use it."""
        private, public = self.home / "key.pem", self.home / "public.pem"
        subprocess.run(["openssl", "genrsa", "-out", private, "2048"],
                       check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", private, "-pubout", "-out",
                        public], check=True, capture_output=True)
        self.for_web_user(private)
        return [f"OIDCPrivateKeyFiles {private}",
                f"OIDCPublicKeyFiles {public}",
                f"OIDCClientJwksUri {self.jwks_uri}",
                "OIDCProviderTokenEndpointAuth private_key_jwt"]


class ResourceServer(Apache):
    """mod_oauth2: /protected/ wants a bearer token that a rule finds good."""

    def __init__(self, stack):
        super().__init__(stack, "oauth2")
        self.protected = self.url + "/protected/index.shtml"

    def start(self, *directives):
        """directives: OAuth2TokenVerify, as oauth2.conf has it."""
        return super().start(
            "<Location /protected/>", "AuthType oauth2", *directives,
            "Require valid-user", "</Location>")

    def introspection(self, client):
        """The rule that asks the stack, as this client."""
        remember(client.client_secret)
        return (f"OAuth2TokenVerify introspect {self.stack.url}"
                "/oauth/introspect introspect.auth=client_secret_basic&"
                f"client_id={client.client_id}&"
                f"client_secret={client.client_secret}")
