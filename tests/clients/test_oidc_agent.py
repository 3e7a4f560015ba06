"""oidc-agent, as Debian has it: tokens for the command line, of a person who
signs in elsewhere."""
import json
import os
import re
import secrets
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from device_page import decide
from postern_stack import Browser, remember

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "openid profile email offline_access"
# Nobody listens there: the agent is told to make no web server.
REDIRECT_URI = "http://localhost:24681"


class Agent:
    """An agent with a home of its own, and its commands."""

    def __init__(self, stack):
        self.stack = stack
        # pylint: disable=consider-using-with
        self.home = tempfile.TemporaryDirectory(
            prefix="postern-agent.", dir="/tmp")
        (Path(self.home.name) / "accounts").mkdir(mode=0o700)
        socket = self.home.name + "/socket"
        self.env = {"PATH": os.environ["PATH"], "HOME": self.home.name,
                    "OIDC_CONFIG_DIR": self.home.name + "/accounts",
                    "OIDC_SOCK": socket, "PASSPHRASE": secrets.token_hex(8)}
        self.agent = subprocess.Popen(
            ["oidc-agent", "--console", "--quiet", "--no-webserver",
             "--no-scheme", "--socket-path", socket], env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        for _ in range(100):
            if Path(socket).exists():
                break
            time.sleep(0.05)

    def close(self):
        self.agent.terminate()
        try:
            self.agent.wait(10)
        except subprocess.TimeoutExpired:
            self.agent.kill()
            self.agent.wait()
        self.home.cleanup()

    def run(self, *command, timeout=60):
        """A command that succeeds -> what it prints."""
        done = subprocess.run(command, env=self.env, capture_output=True,
                              stdin=subprocess.DEVNULL, text=True,
                              timeout=timeout, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def generate(self, *options):
        """Begin to make the account "here" -> the process that waits."""
        # A file, for a pipe that nobody reads would stop it.
        with open(self.home.name + "/said", "wb") as said:
            return subprocess.Popen(
                ["oidc-gen", "--iss=" + self.stack.url,
                 "--cp=" + self.stack.ca_file, "--scope=" + SCOPE,
                 "--pw-env=PASSPHRASE", "--prompt=none", "--confirm-yes",
                 "--no-url-call", *options, "here"], env=self.env,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def said(self):
        said = Path(self.home.name, "said").read_text(errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m|  +", "", said)

    def wait_for(self, pattern, process):
        for _ in range(300):
            found = re.search(pattern, self.said())
            if found:
                return found.group(1)
            if process.poll() is not None:
                break
            time.sleep(0.1)
        process.kill()
        process.wait()
        raise AssertionError(self.said())

    def token(self, *options):
        token = self.run("oidc-token", *options, "here").strip()
        remember(token)
        return token

    def account(self):
        """What it has kept of the account, deciphered."""
        kept = json.loads(self.run("oidc-gen", "--pw-env=PASSPHRASE",
                                   "--print", "here"))
        remember(kept["refresh_token"], kept["client_secret"])
        return kept

    def load_again(self):
        """Forget the access token, so that the refresh token is used."""
        self.run("oidc-add", "--remove", "here")
        self.run("oidc-add", "--pw-env=PASSPHRASE", "here")


@pytest.fixture(name="agent")
def fixture_agent(tls_stack):
    agent = Agent(tls_stack)
    yield agent
    agent.close()


def by_hand(client):
    """The options for a client that is registered already."""
    return ["--manual", "--client-id=" + client.client_id,
            "--client-secret=" + (client.client_secret or "")]


def allow(agent, process, user, decision="allow"):
    """The person, at the page that oidc-gen names."""
    uri = agent.wait_for(r"visit:\s+(https://\S+)", process)
    code = agent.wait_for(r"enter the code: (\S+)", process)
    assert uri == agent.stack.url + "/oauth/device"
    decide(agent.stack, user, uri, code, decision)


def check_tokens(agent, user):
    stack = agent.stack
    first = agent.token()
    assert stack.me(first).json() == {"id": user.sub,
                                      "username": user.username}
    before = agent.account()
    assert before["issuer_url"].rstrip("/") == stack.url
    agent.load_again()
    second = agent.token("--force-new")
    assert second != first
    assert stack.me(second).json()["id"] == user.sub


def test_device_flow(agent, tls_stack):
    user = tls_stack.create_user()
    client = tls_stack.register_client(
        grant_types=[DEVICE, "refresh_token"], scope=SCOPE, redirect_uris=[])
    process = agent.generate("--flow=device", *by_hand(client))
    allow(agent, process, user)
    assert process.wait(30) == 0, agent.said()
    assert "Everything setup correctly" in agent.said()
    check_tokens(agent, user)


def test_device_flow_denied(agent, tls_stack):
    user = tls_stack.create_user()
    client = tls_stack.register_client(
        grant_types=[DEVICE, "refresh_token"], scope=SCOPE, redirect_uris=[])
    process = agent.generate("--flow=device", *by_hand(client))
    allow(agent, process, user, "deny")
    assert process.wait(30) != 0
    assert "here" not in agent.run("oidc-add", "--list")


def test_registers_itself(agent, tls_stack, open_registration):
    """Dynamic registration and the device flow, from the issuer alone."""
    open_registration(tls_stack)
    user = tls_stack.create_user()
    process = agent.generate("--flow=device")
    allow(agent, process, user)
    assert process.wait(30) == 0, agent.said()
    check_tokens(agent, user)
    assert agent.account()["client_name"].startswith("oidc-agent:here")


def test_code_flow(agent, tls_stack):
    """prompt=consent, PKCE, and the redirect URI's answer handed to it."""
    user = tls_stack.create_user()
    client = tls_stack.register_client(
        scope=SCOPE, redirect_uris=[REDIRECT_URI],
        grant_types=["authorization_code", "refresh_token"])
    process = agent.generate("--flow=code", "--no-webserver",
                             "--redirect-uri=" + REDIRECT_URI,
                             *by_hand(client))
    url = agent.wait_for(r"(https://\S+/oauth/authorize\S+)", process)
    assert process.wait(30) == 0, agent.said()
    assert "code_challenge_method=S256" in url
    browser = Browser(tls_stack)
    page = browser.get(url, allow_redirects=False, timeout=30)
    page = browser.sign_in(page, user.username, user.password)
    answer = browser.consent(page).headers["Location"]
    remember(*browser.cookies.values(), answer.split("code=")[1][:49])
    agent.run("oidc-gen", "--codeExchange=" + answer, "--prompt=none",
              "--pw-env=PASSPHRASE", "--confirm-yes")
    check_tokens(agent, user)
