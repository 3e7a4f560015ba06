"""What the database holds (K129): nothing that a thief of a dump could use."""
import base64
import hashlib

import pytest

from device import public as register_device
from device import start
from postern_stack import (
    Browser, Client, get_code, hidden_fields, password_hash, pkce, redeem,
    remember)
from token_endpoint import issued


def dump(stack):
    """Every row of every table, of any schema of ours, as text."""
    tables = [t for [t] in stack.sql(
        "SELECT c.oid::regclass::text FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema'"
        " AND n.nspname !~ '^pg_'")]
    assert "oauth.client" in tables and "oauth.access_token_0" in tables
    return "\n".join(row for t in tables for [row] in stack.sql(
        f"SELECT t::text FROM {t} t"))


@pytest.fixture(scope="module")
def used(stack):
    """One of everything that is secret -> {what: text}."""
    kinds = {}
    public = stack.register_client(token_endpoint_auth_method="none")
    made = stack.register_client()
    [[rotated]] = stack.sql("SELECT oauth.rotate_client_secret(%s)",
                            made.client_id)
    kinds["client secret"] = made.client_secret
    kinds["rotated client secret"] = rotated
    chosen = stack.register_client(
        client_secret_verifier=password_hash("a secret of a person"))
    kinds["chosen client secret"] = "a secret of a person"
    issued(stack.token(Client(chosen.client_id, "a secret of a person"),
                       grant_type="client_credentials"))
    kinds["client's token"] = issued(stack.token(
        Client(made.client_id, rotated),
        grant_type="client_credentials"))["access_token"]
    user = stack.create_user(password="a password of a person")
    kinds["password"] = user.password

    browser = Browser(stack)
    verifier, challenge = pkce()
    page = browser.authorize(
        response_type="code", client_id=public.client_id, state="s",
        code_challenge=challenge, code_challenge_method="S256")
    kinds["form token"] = hidden_fields(page.text)["form_token"]
    kinds["cookie before"] = next(iter(browser.cookies)).value
    code, verifier, _ = get_code(stack, public, user, browser)
    kinds["code"], kinds["code_verifier"] = code, verifier
    for cookie in browser.cookies:
        kinds["cookie " + cookie.name] = cookie.value
    kinds["unused code"] = get_code(stack, public, user, browser)[0]
    tokens = issued(redeem(stack, public, code, verifier))
    kinds["access token"] = tokens["access_token"]
    kinds["refresh token"] = tokens["refresh_token"]
    tokens = issued(stack.post("/oauth/token", {
        "grant_type": "refresh_token", "client_id": public.client_id,
        "refresh_token": tokens["refresh_token"]}))
    kinds["refreshed token"] = tokens["access_token"]
    kinds["successor"] = tokens["refresh_token"]
    device = start(stack, register_device(stack))
    kinds["device code"] = device["device_code"]
    kinds["user code"] = device["user_code"]
    kinds["user code, bare"] = device["user_code"].replace("-", "")
    remember(*kinds.values())
    return kinds


def spellings(secret):
    """The text, what follows its prefix, and the bytes behind it."""
    yield secret
    bare = secret.split("_", 1)[1] if secret[:3] in (
        "pat", "prt", "pac", "pdc", "pcs") else secret
    yield bare
    for text in (secret, bare):
        yield text.encode().hex()
        yield base64.b64encode(text.encode()).decode().rstrip("=")
    if len(bare) == 43:
        raw = base64.urlsafe_b64decode(bare + "=")
        yield raw.hex()
        yield base64.b64encode(raw).decode().rstrip("=")


def test_no_secret_is_stored(stack, used):
    """K129: neither text nor bytes of any, in any table."""
    assert len(used) >= 14
    stored = dump(stack).lower()
    for what, secret in used.items():
        for text in spellings(secret):
            assert text.lower() not in stored, what


def test_hashes_are_stored(stack, used):
    """K129: the dump is not empty of them: SHA-256 of the bytes is what is
    kept, so that the search above looks at the right rows."""
    stored = dump(stack)
    for what in ("client's token", "access token", "refresh token",
                 "refreshed token", "successor", "code", "unused code",
                 "device code"):
        raw = base64.urlsafe_b64decode(used[what].split("_", 1)[1] + "=")
        assert hashlib.sha256(raw).hexdigest() in stored, what
    assert "sha256:" + hashlib.sha256(
        used["rotated client secret"].encode()).hexdigest() in stored
    assert hashlib.sha256(
        used["client secret"].encode()).hexdigest() not in stored


def test_slow_hashes(stack):
    """K129: whatever a person chose is kept by Argon2id with 64 MiB."""
    hashes = stack.sql(
        "SELECT password_hash FROM oauth.end_user"
        " WHERE password_hash IS NOT NULL UNION ALL"
        " SELECT client_secret_verifier FROM oauth.client"
        " WHERE client_secret_verifier NOT LIKE 'sha256:%'")
    assert len(hashes) >= 2
    for [text] in hashes:
        assert text.startswith("$argon2id$v=19$m=65536,t=2,p=1$")


@pytest.mark.parametrize("table,column", [
    ("authorization_code", "code_hash"), ("access_token", "token_hash"),
    ("refresh_token", "token_hash"), ("session", "session_hash")])
def test_a_hash_is_no_credential(stack, used, table, column):
    """K129: what is stored, sent back as token, code or cookie, opens
    nothing."""
    assert used
    rows = stack.sql(f"SELECT {column} FROM oauth.{table} LIMIT 5")
    assert rows
    c = stack.register_client()
    for [value] in rows:
        text = base64.urlsafe_b64encode(bytes(value)).decode().rstrip("=")
        for slot in range(8):
            assert stack.me(f"pat{slot}_{text}").status_code == 401
            for grant_type, name, kind in (
                    ("authorization_code", "code", "pac"),
                    ("refresh_token", "refresh_token", "prt")):
                r = stack.token(c, grant_type=grant_type,
                                **{name: f"{kind}{slot}_{text}"})
                assert r.json()["error"] == "invalid_grant"
