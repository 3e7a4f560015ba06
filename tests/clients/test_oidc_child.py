"""sssd's oidc_child, as Debian has it: the login of a machine asks for a code,
shows it, and takes who has entered it for its user."""
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from device_page import decide
from postern_stack import remember

OIDC_CHILD = "/usr/libexec/sssd/oidc_child"
ENDPOINTS = {"device-auth-endpoint": "device_authorization",
             "token-endpoint": "token", "userinfo-endpoint": "userinfo"}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Child:
    """The program, as sssd calls it: twice for each login."""

    def __init__(self, stack, *options, **metadata):
        self.stack = stack
        # It asks for all of scopes_supported, whatever --scope says.
        [[scope]] = stack.sql(
            "SELECT string_agg(name, ' ') FROM oauth.scope") or [
            ["openid profile email"]]
        metadata.setdefault("token_endpoint_auth_method", "none")
        self.client = stack.register_client(
            grant_types=[DEVICE], redirect_uris=[], scope=scope, **metadata)
        self.options = [
            "--issuer-url=" + stack.url, "--ca-db=" + stack.ca_file,
            "--client-id=" + self.client.client_id, "--scope=openid",
            "--logger=stderr", "--debug-level=9", *options]
        if self.client.client_secret:
            self.options += ["--client-secret=" + self.client.client_secret]

    def start(self, verb):
        return subprocess.Popen(
            [OIDC_CHILD, verb, *self.options],
            env={"PATH": os.environ["PATH"]}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self):
        """-> what is handed to wait(), and what the person is shown."""
        process = self.start("--get-device-code")
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        device_code, shown = out.split("\n")[:2]
        remember(json.loads(device_code)["device_code"])
        assert shown.startswith("oauth2 ")
        return device_code, json.loads(shown.split(" ", 1)[1])

    def wait(self, device_code):
        """Begin to poll -> the process."""
        process = self.start("--get-access-token")
        process.stdin.write(device_code + "\n")
        process.stdin.close()
        process.stdin = None
        return process

    def end(self, process):
        """-> its exit status, and the user that it names."""
        out, err = process.communicate(timeout=60)
        remember(*re.findall(r"(?:access|id)_token: \[([^]]*)\]", err))
        return process.returncode, out.strip(), err

    def login(self, user, decision="allow"):
        """The person is so quick that nobody waits for 5 seconds."""
        device_code, shown = self.ask()
        self.stack.sql("UPDATE oauth.device_code"
                       " SET poll_interval = '0 seconds'"
                       " WHERE client_id = %s", self.client.client_id)
        decide(self.stack, user, shown["verification_uri_complete"],
               decision=decision)
        return self.end(self.wait(device_code))


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_login(tls_stack, alg):
    user = tls_stack.create_user()
    child = Child(tls_stack, id_token_signed_response_alg=alg)
    status, name, said = child.login(user)
    assert (status, name) == (0, user.sub), said
    # Its JOSE library has checked the signature.
    assert "Failed to verify id_token" not in said
    [payload] = re.findall(r"id_token payload: \[(.*)\]\.", said)
    payload = json.loads(payload)
    assert payload["iss"] == tls_stack.url
    assert payload["aud"] in (child.client.client_id,
                              [child.client.client_id])
    assert payload["sub"] == user.sub


@pytest.mark.parametrize("metadata", [
    {"token_endpoint_auth_method": "client_secret_post"},
    {"access_token_format": "jwt"}], ids=["secret", "jwt"])
def test_other_clients(tls_stack, metadata):
    user = tls_stack.create_user()
    status, name, said = Child(tls_stack, **metadata).login(user)
    assert (status, name) == (0, user.sub), said
    if "access_token_format" in metadata:
        assert "access_token payload" in said
        assert "Failed to verify" not in said


def test_another_attribute(tls_stack):
    """Of the userinfo, which a login by name would be by."""
    user = tls_stack.create_user(email="ada@example.org")
    child = Child(tls_stack, "--user-identifier-attribute=email")
    assert child.login(user)[:2] == (0, "ada@example.org")


def test_by_hand(tls_stack):
    """The person types the code, while the program polls; it polls early, is
    told to slow down, and does."""
    user = tls_stack.create_user()
    child = Child(tls_stack)
    device_code, shown = child.ask()
    assert shown["verification_uri"] == tls_stack.url + "/oauth/device"
    waiting = child.wait(device_code)
    time.sleep(1)
    decide(tls_stack, user, shown["verification_uri"], shown["user_code"])
    status, name, said = child.end(waiting)
    assert (status, name) == (0, user.sub)
    assert "slow_down" in said


def test_denied(tls_stack):
    status, name, said = Child(tls_stack).login(
        tls_stack.create_user(), "deny")
    assert status != 0 and name == ""
    assert "access_denied" in said


def test_keys_of_another(tls_stack, make_stack, tmp_path):
    """That the first test can fail: another's keys do not verify."""
    other = make_stack("lighttpd", TLS="1")
    authorities = tmp_path / "both.pem"
    authorities.write_text("".join(Path(s.ca_file).read_text()
                                   for s in (tls_stack, other)))
    child = Child(tls_stack, f"--ca-db={authorities}",
                  f"--jwks-uri={other.url}/oauth/jwks",
                  *(f"--{name}={tls_stack.url}/oauth/{path}"
                    for name, path in ENDPOINTS.items()))
    child.options.remove("--issuer-url=" + tls_stack.url)
    # It says so, and then believes the userinfo endpoint alone.
    assert "Failed to verify id_token" in child.login(
        tls_stack.create_user())[2]
