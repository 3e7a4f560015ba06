"""relying_party - other people's relying parties and resource servers, each a
private Apache with a module that Debian has, as docs/protecting.md has it.

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
from protecting import block, filled, metadata, register, sign_out_link

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

    Below .path it asks for whom the module knows, for /goodbye.html nobody.
    """

    def __init__(self, stack, module, path):
        self.stack, self.module, self.path = stack, module, path
        self.home = Path(tempfile.mkdtemp(prefix="postern-rp.", dir="/tmp"))
        self.home.chmod(0o755)
        self.port = free_port()
        self.url = f"http{'s' * bool(stack.ca_file)}://127.0.0.1:{self.port}"
        self.protected = self.url + path + "index.shtml"
        self.process = None

    def add_page(self, path):
        page = self.home / "www" / path.strip("/") / "index.shtml"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE.format("Protected", PRINTENV))

    def start(self, *directives):
        """With these lines of configuration, and those that all have."""
        self.add_page(self.path)
        (self.home / "www" / "goodbye.html").write_text(
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
        super().__init__(stack, "auth_openidc", "/protected/")
        self.redirect_uri = self.url + "/protected/redirect_uri"
        self.backchannel_logout_uri = self.redirect_uri + "?logout=backchannel"
        self.jwks_uri = self.redirect_uri + "?jwks=rsa"
        self.open = self.url + "/goodbye.html"
        self.logout = sign_out_link(self.url)
        self.client = None

    def register(self, **more):
        """As the page says; or with other metadata, or more."""
        sql = filled(block("sql", "backchannel"), self.stack.url, self.url)
        if more:
            self.client = self.stack.register_client(
                **{**metadata(sql), "grant_types": ["authorization_code"],
                   **more})
        else:
            [self.client] = register(self.stack, sql)
        return self.client

    def start(self, *directives, without=()):
        """As the page says, but for these lines, and with these."""
        lines = filled(block("apache", "OIDCRedirectURI"), self.stack.url,
                       self.url, *self.client,
                       secrets.token_hex(32)).splitlines()
        if not self.client.client_secret:
            without = [*without, "OIDCClientSecret"]
        lines = [li for li in lines if li.split(" ")[0] not in without]
        # A browser's cookies do not know the port: names of its own.
        lines += [f"OIDCCookie session_{self.port}",
                  f"OIDCStateCookiePrefix state_{self.port}_"]
        if self.stack.ca_file:
            lines += ["OIDCCABundlePath " + self.stack.ca_file]
        return super().start(*lines, *directives)

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
    """mod_oauth2: /api/ wants a bearer token that a rule finds good."""

    def __init__(self, stack):
        super().__init__(stack, "oauth2", "/api/")

    def start(self, *directives):
        """directives: OAuth2TokenVerify, as oauth2.conf has it."""
        return super().start(
            "<Location /api/>", "AuthType oauth2", *directives,
            "Require valid-user", "</Location>")

    def start_as_documented(self, rule, *directives, secret=None):
        """As the page says, by "introspect" or "jwks_uri"."""
        remember(secret)
        return super().start(filled(
            block("apache", f"OAuth2TokenVerify {rule}"), self.stack.url,
            self.url, None, secret), *directives)
