"""The figures of docs/growing.md: what a million tokens take, measured in real
tables.  SCALE=long, and -s to see them."""
import os
import time

import pytest

from databases import Database, Programs, person_token, post_client
from postern_stack import Cluster

pytestmark = pytest.mark.long_form
ROWS = int(os.environ.get("SCALE_ROWS", "1000000"))
SINGLE = 2000


@pytest.fixture(scope="module")
def database():
    d = Database(Cluster("fsync = off\nmax_wal_size = 16GB\n"
                         "checkpoint_timeout = 1h\nautovacuum = off"))
    yield d
    d.close()


def client_of(database):
    """With an id as they are made, and a scope of two words."""
    database.sql("SELECT oauth.define_scope('profile', 'x', true),"
                 " oauth.define_scope('email', 'x', true)")
    return post_client(database, scope="profile email")


def wal_of(database, call):
    """Bytes of WAL a call makes."""
    [[before]] = database.sql("SELECT pg_current_wal_insert_lsn()")
    call()
    return int(database.sql("SELECT pg_wal_lsn_diff("
                            "pg_current_wal_insert_lsn(), %s)", before)[0][0])


@pytest.fixture(scope="module")
def issue(database):
    """issue(): so many tokens, one by one, each with a commit of its own."""
    client = client_of(database)
    ours = Programs(database, f"host={database.socket} dbname=postern"
                    " user=postgres")

    def run():
        for _ in range(SINGLE):
            assert ours.token(client)[0] == 200

    run.programs, run.client = ours, client
    yield run
    ours.close()


def test_wal_a_token(database, issue):
    """When every page of the index has been written since the checkpoint."""
    issue()
    print(f"\nWAL a token: {wal_of(database, issue) / SINGLE:.0f} bytes")
    token = person_token(database, issue.client, database.create_user())
    revoke = wal_of(database, lambda: issue.programs.revoke(
        issue.client, token))
    print(f"WAL a revocation: {revoke} bytes")


FILL = {
    # Issued over the last hours, as they would come.
    "access_token": (
        "INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,"
        " authorization_id, scope, issued_at, expires_at) SELECT"
        " oauth.access_token_slot(now() + interval '1 hour'),"
        " sha256(int8send(n)), %s, n, n, 'profile email', now(),"
        " now() + interval '1 hour' FROM generate_series(1::bigint, %s) n"),
    "refresh_token": (
        "INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,"
        " user_id, authorization_id, scope, issued_at, expires_at,"
        " rotated_at, successor_slot) SELECT"
        " oauth.refresh_token_slot(now() + interval '30 days'),"
        " sha256(int8send(n)), substr(sha256(int8send(-n)), 1, 16), %s, n, n,"
        " 'profile email', now(), now() + interval '30 days', now(), 1"
        " FROM generate_series(1::bigint, %s) n"),
    # Ten a person.
    "authorization_grant": (
        "INSERT INTO oauth.authorization_grant (user_id, client_id,"
        " grant_type, scope, expires_at) SELECT u.user_id, %s,"
        " 'authorization_code', 'profile email', now() + interval '30 days'"
        " + u.user_id * interval '1 s' FROM generate_series(1, 10),"
        " (SELECT user_id FROM oauth.end_user LIMIT %s / 10) u"),
}


@pytest.mark.parametrize("table", FILL)
def test_bytes_a_row(database, table):
    client = client_of(database)
    if table == "authorization_grant":
        database.sql("INSERT INTO oauth.end_user (username) SELECT 'u' || n"
                     " FROM generate_series(1, %s) n", ROWS // 10)
    database.sql(FILL[table], client.client_id, ROWS)
    [[heap, index, rows]] = database.sql(
        "SELECT sum(pg_relation_size(c.oid)),"
        " sum(pg_indexes_size(c.oid)), (SELECT count(*) FROM oauth." + table
        + ") FROM pg_class c WHERE c.relkind = 'r' AND"
        " c.relname ~ %s AND c.relnamespace = 'oauth'::regnamespace",
        f"^{table}(_[0-9])?$")
    print(f"\n{table}: {rows} rows, {heap / rows:.0f} bytes a row,"
          f" {index / rows:.0f} bytes of indexes")
    assert rows >= ROWS and heap / rows < 250 and index / rows < 250


def test_wal_a_token_just_after_a_checkpoint(database, issue):
    """The first change of a page writes all of it (full_page_writes), and the
    index is larger than what is issued between two checkpoints."""
    database.sql("CHECKPOINT")
    print(f"\nWAL a token: {wal_of(database, issue) / SINGLE:.0f} bytes with"
          f" {ROWS} rows in the partition")


def test_dropping_a_million(database):
    """By TRUNCATE: no row is looked at, nothing is left for vacuum."""
    [[rows]] = database.sql("SELECT count(*) FROM oauth.access_token")
    [[partition]] = database.sql(
        "SELECT tableoid::regclass::text FROM oauth.access_token"
        " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    # As if it were the one that is past.
    database.sql("CREATE OR REPLACE FUNCTION oauth.past_partition(ring text,"
                 " at timestamptz) RETURNS regclass LANGUAGE sql STABLE AS"
                 f" $$ SELECT '{partition}'::regclass $$")
    database.sql(f"UPDATE {partition} SET expires_at = now() - interval"
                 " '1 second' WHERE expires_at > now()")
    took = []

    def drop():
        began = time.monotonic()
        assert database.sql("SELECT oauth.empty_past_partition("
                            "'access_token')")[0][0].startswith("emptied")
        took.append(time.monotonic() - began)

    wal = wal_of(database, drop)
    print(f"\n{rows} rows dropped in {took[0] * 1000:.0f} ms, {wal} bytes of"
          " WAL")
    assert database.sql(f"SELECT count(*) FROM {partition}") == [(0,)]
