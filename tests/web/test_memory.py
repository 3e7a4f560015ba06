"""What is left of a request in the programs' memory once it was answered: none
of its secrets.  tests/lint/hardening.t says how the programs are built.

What stays is what the process needs: the server's key, the private keys that
it signs with, and the connection string (docs/testing.md).
"""
import base64
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from postern_stack import (
    BUILD, Browser, get_code, hidden_fields, pkce, redeem, remember)

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or BUILD.name in ("asan", "tsan"),
    reason="only root may read their memory; sanitizers keep what was freed")

PROGRAMS = ["authorize", "metadata", "resource", "token"]


@pytest.fixture(scope="module")
def own(make_stack):
    """One process of each program."""
    return make_stack("lighttpd", PROCESSES="1")


def programs(stack):
    """-> {name: pid} of those that serve this stack."""
    found = {}
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            command = (proc / "cmdline").read_bytes().split(b"\0")[0].decode()
        except OSError:
            continue
        folder, name = os.path.split(command)
        if name in PROGRAMS and folder == stack.state + "/bin":
            found[name] = int(proc.name)
    return found


def memory(pid):
    """All that the process can write to, a piece at a time."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split(None, 2)[:2]
            begin, end = (int(x, 16) for x in span.split("-"))
            try:
                if "w" in rights:
                    mem.seek(begin)
                    yield mem.read(end - begin)
            except OSError:     # given back meanwhile
                continue


def spellings(secret):
    """The text; as Basic has it, whatever stands before it; and what the text
    of a credential is made of."""
    yield secret.encode()
    for before in ("", "x", "xx"):
        text = base64.b64encode((before + secret).encode())
        yield text[4:len(text) // 4 * 4 - 4]
    bare = re.sub("^p[a-z]{2}[0-9]?_", "", secret)
    if len(bare) == 43:
        yield base64.urlsafe_b64decode(bare + "=")


def found_in(stack, secrets):
    """-> {(program, what)}."""
    return {(program, what)
            for program, pid in programs(stack).items()
            for piece in memory(pid)
            for what, secret in secrets.items()
            if any(text in piece for text in spellings(secret))}


def none_is_left(stack, secrets):
    """A request's memory is wiped just after its answer went out."""
    remember(*secrets.values())
    for _ in range(30):
        left = found_in(stack, secrets)
        if not left:
            break
        time.sleep(0.1)
    assert not left
    assert sorted(programs(stack)) == PROGRAMS


def test_what_is_there_is_found(own):
    """The server's key: with what is looked for here, it is found."""
    key = bytes.fromhex((Path(own.state) / "key").read_text().strip())
    for program, pid in programs(own).items():
        there = any(key in piece for piece in memory(pid))
        assert there == (program != "metadata"), program
        assert not any(key.hex().encode() in piece for piece in memory(pid))


def test_codes_and_tokens(own):
    client = own.register_client(scope="openid profile")
    user = own.create_user(password="xyzzy-" + os.urandom(12).hex())
    browser = Browser(own)
    verifier, challenge = pkce()
    page = browser.authorize(
        response_type="code", client_id=client.client_id, state="s",
        code_challenge=challenge, code_challenge_method="S256")
    form_token = hidden_fields(page.text)["form_token"]
    code, verifier, _ = get_code(own, client, user, browser, scope="openid")
    tokens = redeem(own, client, code, verifier).json()
    assert own.me(tokens["access_token"]).status_code == 200
    for path in ("/oauth/introspect", "/oauth/revoke"):
        assert own.post(path, {"token": tokens["access_token"]},
                        client).status_code == 200
    refreshed = own.token(client, grant_type="refresh_token",
                          refresh_token=tokens["refresh_token"]).json()
    none_is_left(own, {
        "client secret": client.client_secret, "password": user.password,
        "form token": form_token, "code": code, "code_verifier": verifier,
        "access token": tokens["access_token"],
        "ID token": tokens["id_token"].split(".")[2],
        "refresh token": tokens["refresh_token"],
        "another access token": refreshed["access_token"],
        **{"cookie " + c.name: c.value for c in browser.cookies}})


def test_what_is_refused(own):
    """Wrong ones, which may be right somewhere else.  A name is no secret, and
    goes to PostgreSQL as it is: libpq has it until it sends something else."""
    client = own.register_client()
    name = "user-" + os.urandom(12).hex()
    wrong = {what: os.urandom(24).hex() for what in (
        "client_secret", "password", "code", "refresh_token")}
    for grant in ("authorization_code", "refresh_token"):
        assert own.post("/oauth/token", {
            **wrong, "client_id": client.client_id,
            "grant_type": grant}).status_code == 401
    assert own.me(wrong["code"]).status_code == 401
    browser = Browser(own)
    page = browser.authorize(
        response_type="code", client_id=client.client_id,
        code_challenge=pkce()[1], code_challenge_method="S256")
    assert browser.sign_in(page, name,
                           wrong["password"]).status_code == 403
    none_is_left(own, wrong)


def test_public_client_that_registers_itself(own):
    own.sql("UPDATE oauth.setting SET registration = 'open'")
    r = own.post("/oauth/register", json={
        "redirect_uris": ["https://client.test/cb"]})
    assert r.status_code == 201, r.text
    none_is_left(own, {what: r.json()[what] for what in (
        "client_secret", "registration_access_token")})


def test_no_core_and_nobody_looks_in(own):
    """core(5): a core_pattern that is a pipe does not heed the limit, so that
    they are not dumpable either; then their files in /proc are root's."""
    for program, pid in programs(own).items():
        limits = Path(f"/proc/{pid}/limits").read_text()
        [core] = [x for x in limits.splitlines() if "core file" in x]
        assert core.split()[4:6] == ["0", "0"], program
        status = Path(f"/proc/{pid}/status").read_text()
        uid = status.split("Uid:\t")[1].split("\t")[0]
        assert os.stat(f"/proc/{pid}/mem").st_uid == 0
        for file in ("mem", "environ", "maps"):
            done = subprocess.run(
                ["setpriv", f"--reuid={uid}", f"--regid={uid}",
                 "--clear-groups", "head", "-c1", f"/proc/{pid}/{file}"],
                capture_output=True, text=True, check=False)
            assert uid != "0" and "Permission denied" in done.stderr
