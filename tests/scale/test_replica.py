"""Bearer checks from a streaming replica, which needs no code: the resource
program has a connection string of its own.  What such a check may miss, and
what makes it miss nothing (docs/growing.md).
"""
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import pytest

from databases import Database, Programs, person_token, post_client
from postern_stack import Cluster, local

ROUNDS = 30


class Replica(Cluster):
    """A standby of another cluster, on this machine."""

    def __init__(self, primary):
        super().__init__()
        local("cluster-stop", self.env)
        data, pgrun = (Path(self.home) / n for n in ("pg", "pgrun"))
        owner = data.stat()
        binary = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        for old in data.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        done = subprocess.run(
            [binary / "pg_basebackup", "-h", f"{primary.home}/pgrun", "-U",
             "postgres", "-D", data, "-R", "-X", "stream", "-c", "fast"],
            user=owner.st_uid, group=owner.st_gid, cwd="/", check=False,
            text=True, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr
        conf = data / "postgresql.auto.conf"
        conf.write_text(conf.read_text().replace(
            "user=postgres", "user=postgres application_name=replica")
            + f"\nunix_socket_directories = '{pgrun}'\n")
        local("cluster-start", self.env)


@pytest.fixture(scope="module")
def primary(database):
    return database


@pytest.fixture(scope="module")
def replica(primary):
    cluster = Replica(primary.cluster)

    class Standby(Database):
        def __init__(self):     # pylint: disable=super-init-not-called
            self._db, self.cluster = None, cluster
            self.database = primary.database

    standby = Standby()
    yield standby
    if standby._db:
        standby._db.close()
    cluster.close()


@pytest.fixture(scope="module")
def writes(primary):
    p = Programs(primary, f"host={primary.socket} dbname=postern"
                 " user=postgres")
    yield p
    p.close()


@pytest.fixture(scope="module")
def reads(primary, replica):
    """The resource program, whose hosts are the replica and then the
    primary."""
    p = Programs(primary, f"host={replica.socket},{primary.socket}"
                 " dbname=postern user=postgres"
                 " target_session_attrs=prefer-standby")
    yield p
    p.close()


@pytest.fixture(scope="module")
def client(primary):
    return post_client(primary)


@pytest.fixture(scope="module")
def user(primary):
    return primary.create_user()


@pytest.fixture
def in_step(primary, replica):
    """in_step(): wait until the replica has all; as it is at the end."""
    def wait():
        [[lsn]] = primary.sql("SELECT pg_current_wal_lsn()")
        for _ in range(400):
            if replica.sql("SELECT pg_last_wal_replay_lsn() >= %s", lsn) == [
                    (True,)]:
                return
            time.sleep(0.02)
        raise AssertionError("the replica does not follow")

    wait()
    yield wait
    if replica.sql("SELECT pg_is_wal_replay_paused()") == [(True,)]:
        replica.sql("SELECT pg_wal_replay_resume()")
    wait()


def test_it_is_the_replica_that_is_asked(primary, replica, reads, client,
                                         user, in_step):
    token = person_token(primary, client, user)
    in_step()
    assert reads.me(token) == 200
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name =" \
            " 'postern_resource'"
    assert replica.sql(asked) == [(1,)] and primary.sql(asked) == [(0,)]


def test_what_a_replica_has_not_heard_of(primary, replica, reads, writes,
                                         client, user, in_step):
    """Behind, it takes what was revoked, and refuses what is new."""
    old = person_token(primary, client, user)
    in_step()
    replica.sql("SELECT pg_wal_replay_pause()")
    assert writes.revoke(client, old) == 200
    new = person_token(primary, client, user)
    assert (reads.me(old), reads.me(new)) == (200, 401)
    assert (writes.me(old), writes.me(new)) == (401, 200)
    replica.sql("SELECT pg_wal_replay_resume()")
    in_step()
    assert (reads.me(old), reads.me(new)) == (401, 200)


def test_how_long_it_is_behind(primary, reads, writes, client, user, in_step):
    """The figure of docs/growing.md: from the answer to the revocation to the
    first check that refuses."""
    seconds = []
    for _ in range(ROUNDS):
        token = person_token(primary, client, user)
        in_step()
        assert writes.revoke(client, token) == 200
        began = time.monotonic()
        while reads.me(token) == 200:
            assert time.monotonic() < began + 10
        seconds.append(time.monotonic() - began)
    print(f"\nbehind: median {statistics.median(seconds) * 1000:.1f} ms,"
          f" most {max(seconds) * 1000:.1f} ms")


def test_nothing_is_missed_with_remote_apply(primary, replica, reads, client,
                                             user, in_step):
    """A revocation is not answered before the replica has it: 0 of so many.
    And while it has not, it is not answered."""
    primary.put("synchronous_standby_names", "replica")
    primary.sql("ALTER ROLE postgres SET synchronous_commit = remote_apply")
    writes = Programs(primary, f"host={primary.socket} dbname=postern"
                      " user=postgres")
    try:
        for _ in range(ROUNDS):
            token = person_token(primary, client, user)
            in_step()
            assert writes.revoke(client, token) == 200
            assert reads.me(token) == 401
        token = person_token(primary, client, user)
        in_step()
        replica.sql("SELECT pg_wal_replay_pause()")
        assert writes.revoke(client, token) == 503
        replica.sql("SELECT pg_wal_replay_resume()")
        in_step()
        assert reads.me(token) == 401
        status, got = writes.token(client)
        assert status == 200 and got["access_token"]
    finally:
        writes.close()
        primary.sql("SET synchronous_commit = local")
        primary.sql("ALTER ROLE postgres RESET synchronous_commit")
        primary.put("synchronous_standby_names", None)


def test_a_program_that_writes_finds_no_use_in_a_replica(replica, primary,
                                                         client):
    """Codes and refresh tokens are never spent there: it can not."""
    lost = Programs(primary, f"host={replica.socket} dbname=postern"
                    " user=postgres")
    try:
        status, got = lost.token(client)
        assert (status, got["error"]) == (503, "temporarily_unavailable")
        assert "read only here" in lost.log()
    finally:
        lost.close()


def test_maintenance_reaches_the_replica(primary, replica, reads, client,
                                         user, in_step):
    """TRUNCATE of a partition: the statements that the replica has prepared
    go on."""
    token = person_token(primary, client, user)
    in_step()
    assert reads.me(token) == 200
    primary.sql("INSERT INTO oauth.access_token (slot, token_hash, client_id,"
                " scope, issued_at, expires_at) SELECT substr(p::text, 20)"
                "::smallint, sha256('x'), 'x', '', now() - interval '2 days',"
                " now() - interval '1 day' FROM oauth.past_partition("
                "'access_token', now()) p")
    assert ("access_token",) in primary.sql(
        "SELECT what FROM oauth.maintain()")
    in_step()
    assert reads.me(token) == 200


def test_without_the_replica_the_primary_is_asked(primary, replica, reads,
                                                  client, user, in_step):
    """prefer-standby."""
    token = person_token(primary, client, user)
    in_step()
    assert reads.me(token) == 200
    replica.cluster.stop()
    replica._db.close()
    try:
        assert reads.me(token) == 200
    finally:
        replica.cluster.start()
