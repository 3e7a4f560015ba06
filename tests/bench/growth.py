"""growth - tokens and bearer checks with many live tokens in the tables, and
while many expired ones are dropped.

The rows are what the programs would have written: the tokens are of 32 bytes
that can be computed again, so that any of them can be presented.
"""
import base64
import hashlib
import os
import random
import time

import load
import scenarios
from load import Script
from turns import RUNS, SECONDS, compare, median

LARGEST = int(os.environ.get("BENCH_ROWS", "10000000"))
SIZES = [n for n in (10_000, 1_000_000, 10_000_000) if n < LARGEST] + [LARGEST]
EXPIRED = min(1_000_000, LARGEST)
CONNECTIONS = 16
PRESENTED = 20_000      # so many of them are presented, by turns

PEOPLE = """
INSERT INTO oauth.end_user (username)
SELECT 'bench-' || i FROM generate_series(0, 9999) AS i;
INSERT INTO oauth.authorization_grant (user_id, client_id, grant_type, scope,
       expires_at)
SELECT user_id, %(client_id)s, 'authorization_code', 'profile',
       now() + interval '300 days'
  FROM oauth.end_user WHERE username LIKE 'bench-%%';
CREATE TABLE public.bench_grant AS
SELECT row_number() OVER () - 1 AS n, authorization_id, user_id
  FROM oauth.authorization_grant WHERE client_id = %(client_id)s;
CREATE UNIQUE INDEX ON public.bench_grant (n);
ANALYZE
"""
# All live tokens where a new one goes, too: the worst that can be.
TOKENS = """
INSERT INTO oauth.{partition} (slot, token_hash, client_id, user_id,
       authorization_id, scope, expires_at)
SELECT {slot}, sha256(sha256(convert_to('bench' || i, 'UTF8'))), %s,
       g.user_id, g.authorization_id, 'profile', to_timestamp(%s)
  FROM generate_series(%s, %s) AS i
  JOIN public.bench_grant g ON g.n = i %% 10000
"""


def number(postern):
    """The partition that a token of now goes to."""
    [[slot]] = postern.stack.sql(
        "SELECT oauth.access_token_slot(now() + access_token_lifetime)"
        " FROM oauth.setting")
    return slot


def secret(i):
    return hashlib.sha256(f"bench{i}".encode()).digest()


def fill(postern, client, first, last):
    """Tokens first to last, into a table without indexes, which are then
    built: by far the fastest way."""
    slot = number(postern)
    partition = f"access_token_{slot}"
    sql = postern.stack.sql
    # Their partition's last second: none expires while we measure.
    [[end]] = sql("SELECT (floor(extract(epoch FROM now()"
                  " + access_token_lifetime) / 14400) + 1) * 14400 - 1"
                  " FROM oauth.setting")
    sql(f"ALTER TABLE oauth.access_token DETACH PARTITION oauth.{partition}")
    sql(f"ALTER TABLE oauth.{partition} DROP CONSTRAINT {partition}_pkey")
    sql(TOKENS.format(partition=partition, slot=slot),
        client.client_id, end, first, last)
    sql("SET maintenance_work_mem = '1GB'")
    sql(f"ALTER TABLE oauth.{partition} ADD PRIMARY KEY (token_hash, slot)")
    sql(f"ALTER TABLE oauth.access_token ATTACH PARTITION oauth.{partition}"
        f" FOR VALUES IN ({slot})")
    sql(f"VACUUM (ANALYZE) oauth.{partition}")
    return slot


def presented(postern, home, slots, rows):
    """Some of all, at random: what a cache has seen lately is no help."""
    some = random.sample(range(1, rows + 1), min(rows, PRESENTED))
    tokens = home / "presented"
    tokens.write_text("".join("pat%d_%s\n" % (
        next(slot for last, slot in slots if i <= last),
        base64.urlsafe_b64encode(secret(i)).rstrip(b"=").decode())
        for i in some))
    return Script(postern.url, each=tokens).step(
        200, "GET", "/api/me", '"username":"bench-').header(
        "Authorization", "Bearer {0}").write(home / "any")


def live(postern, floor, database, home):
    """-> figures of each size."""
    client = postern.stack.register_client()
    floor.empty()
    postern.empty()
    with postern.stack.db().cursor() as c:
        c.execute(PEOPLE, {"client_id": client.client_id})
    slots, rows = [], 0
    for size in SIZES:
        begun = time.monotonic()
        slots.append((size, fill(postern, client, rows + 1, size)))
        rows = size
        print(f"{size} live tokens, loaded in "
              f"{time.monotonic() - begun:.0f} s", flush=True)
        check = presented(postern, home, slots, rows)
        token = scenarios.LIGHTTPD["token, client credentials"].make(
            postern, home)
        for name, script, against in (
                ("bearer check, /api/me", check, "check"),
                ("token, just after a checkpoint", token, "token"),
                ("token, client credentials", token, "token")):
            if name == "token, client credentials":
                # A page's first change after a checkpoint is logged whole:
                # let that be over for most.
                load.ask(token, CONNECTIONS, 7 * SECONDS)
            probe = scenarios.probe(floor.url, home, against)
            yield {"name": f"growth, {size} tokens: {name}", "what": name,
                   "rows": size, **compare(
                       (postern, script), (floor, probe), CONNECTIONS,
                       database, settle="just after" in name)}


def expire(postern):
    """Fill the partition that is past with tokens that have expired -> its
    name."""
    [[partition]] = postern.stack.sql(
        "SELECT oauth.past_partition('access_token',"
        " clock_timestamp())::text")
    postern.stack.sql(
        f"INSERT INTO {partition} (slot, token_hash, client_id, scope,"
        " issued_at, expires_at)"
        " SELECT %s, sha256(convert_to('expired' || i, 'UTF8')), 'gone',"
        " 'profile', at - interval '1 hour', at"
        "  FROM generate_series(1, %s) AS i, to_timestamp((floor(extract("
        "epoch FROM now()) / 14400) - 1) * 14400 + i %% 14400) AS at",
        int(partition[-1]), EXPIRED)
    return partition


def drop(postern, partition):
    """oauth.maintain(), until it has emptied it -> its seconds; or None
    where the token program did so by itself, we do not know when."""
    begun = time.monotonic()
    while True:
        [[size]] = postern.stack.sql("SELECT pg_relation_size(%s)", partition)
        if size == 0:
            return None
        for what, note in postern.stack.sql(
                "SELECT what, note FROM oauth.maintain()"):
            if what == "access_token" and note.startswith("emptied"):
                return time.monotonic() - begun
        assert time.monotonic() < begun + 30, "nothing is dropped"
        time.sleep(0.02)    # in use just now


def drop_once(postern, database, token):
    """-> a second's figures before, those of the second in which they are
    dropped, and how long that took."""
    for _ in range(5):
        partition, took = expire(postern), []
        database.settle()
        calm = load.ask(token, CONNECTIONS, 1)
        busy = load.ask(token, CONNECTIONS, 1, lambda: took.append(
            drop(postern, partition)))      # pylint: disable=W0640
        if took[0]:
            return calm, busy, took[0]
    raise RuntimeError("bench: the token program always is faster")


def dropping(postern, database, home):
    """p99 of token issue in the second in which they are dropped, beside that
    of a second in which nothing is."""
    postern.empty()
    token = scenarios.LIGHTTPD["token, client credentials"].make(postern, home)
    load.ask(token, CONNECTIONS, SECONDS)
    calm, busy, took = zip(*(drop_once(postern, database, token)
                             for _ in range(RUNS)))
    return {"rows": EXPIRED, "connections": CONNECTIONS,
            "seconds": median(list(took)),
            **{name: median([{k: r[k] for k in ("rate", "p50", "p99", "max")}
                             for r in some])
               for name, some in (("calm", calm), ("dropping", busy))}}
