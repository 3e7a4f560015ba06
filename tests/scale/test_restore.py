"""A database that is set back to an older state: what was spent and revoked
since is good again, until sql/manage/after_restore.sql has run."""
import os
import subprocess
from pathlib import Path

import pytest

import logout
from postern_stack import ROOT, Browser, Stack, flow, get_code, redeem


@pytest.fixture(scope="module")
def then(make_stack):
    """A stack, and what it was like before."""
    return make_stack("lighttpd", PROCESSES="1")


def as_admin(stack, *command):
    env = {**os.environ, "PGHOST": f"{stack.cluster.home}/pgrun",
           "PGUSER": "postgres"}
    subprocess.run(command, env=env, check=True, cwd=ROOT,
                   capture_output=True)


@pytest.fixture
def restore(then, tmp_path):
    """restore() -> a front end of what the dump had."""
    dump, name, made = str(tmp_path / "dump"), then.database + "_old", []
    as_admin(then, "pg_dump", "-Fc", "-f", dump, then.database)

    def make():
        as_admin(then, "createdb", name)
        as_admin(then, "pg_restore", "--exit-on-error", "-d", name, dump)
        # Of the roles' settings a dump of one database has nothing.
        as_admin(then, "psql", "-X", "-d", name, "-f", "sql/roles.sql")
        made.append(Stack(
            then.cluster, "lighttpd", DATABASE=name, PROCESSES="1",
            KEY=str(Path(then.state) / "key"),
            REMOTE_DATABASE=f"host={then.cluster.home}/pgrun dbname={name}"))
        return made[-1]

    make.dump = lambda: as_admin(then, "pg_dump", "-Fc", "-f", dump,
                                 then.database)
    yield make
    for stack in made:
        stack.close()
    as_admin(then, "dropdb", "--if-exists", name)


def refresh(stack, client, token):
    return stack.post("/oauth/token", {
        "grant_type": "refresh_token", "refresh_token": token,
        "client_id": client.client_id})


def test_back_to_an_older_state(then, restore):
    public = then.register_client(token_endpoint_auth_method="none")
    client, user = logout.register(then), then.create_user()
    browser = Browser(then)
    tokens = flow(then, public, user)
    jwt_client = then.register_client(access_token_format="jwt")
    jwt = then.token(jwt_client,
                     grant_type="client_credentials").json()["access_token"]
    signed_in = logout.sign_in(then, client, user, browser)
    code, verifier, _ = get_code(then, client, user, scope="openid")
    restore.dump()
    # What happens after the backup, and is lost with the database.
    assert redeem(then, client, code, verifier).status_code == 200
    assert refresh(then, public, tokens["refresh_token"]).status_code == 200
    then.post("/oauth/revoke", {"token": tokens["access_token"],
                                "client_id": public.client_id})
    then.post("/oauth/revoke", {"token": jwt}, jwt_client)
    logout.end_session(browser, id_token_hint=signed_in["id_token"])
    assert then.me(tokens["access_token"]).status_code == 401

    old = restore()
    old.sql("UPDATE oauth.setting SET issuer = %s", old.url)

    def is_active(token, owner):
        return old.post("/oauth/introspect", {"token": token},
                        owner).json()["active"]

    # The danger that the script is for.
    assert old.me(tokens["access_token"]).status_code == 200
    assert old.me(signed_in["access_token"]).status_code == 200
    old.sql("UPDATE oauth.setting SET issuer = %s", then.url)
    assert is_active(jwt, jwt_client)
    again = refresh(old, public, tokens["refresh_token"])
    assert again.status_code == 200

    as_admin(then, "psql", "-X", "-d", old.database, "-f",
             "sql/manage/after_restore.sql")
    for token in (tokens, signed_in, again.json()):
        assert old.me(token["access_token"]).status_code == 401
    assert not is_active(jwt, jwt_client)
    for token in (tokens["refresh_token"], again.json()["refresh_token"]):
        assert refresh(old, public, token).status_code == 400
    assert redeem(old, client, code, verifier).status_code == 400
    assert old.sql("SELECT count(*) FROM oauth.session") == [(0,)]
    # And it serves; what was agreed to is not asked again.
    old.sql("UPDATE oauth.setting SET issuer = %s", old.url)
    assert old.me(flow(old, public, user)["access_token"]).status_code == 200
