"""A cluster of three that Patroni manages, whose primary is killed under load:
everything that was answered 200 is true afterwards, and service comes back by
itself.

SCALE=long: ten times, in several ways, with the times of deploy/patroni as
they stand; and etcd is killed, too.
"""
import itertools
import os
import threading
import time
from contextlib import contextmanager

import pytest
import requests

from patroni_cluster import Node, PatroniCluster
from postern_stack import Stack, flow, remember

LONG = os.environ.get("SCALE") == "long"
# Processes are killed here, not machines: what the kernel has is not lost.
# And no test resets the machine that it runs on.
CHANGES = {"postgresql": {"parameters": {"fsync": "off"}},
           "watchdog": {"mode": "off"}}
# Shorter, so that the short form is short; docs/growing.md has the long one's.
SHORT = {"bootstrap": {"dcs": {"ttl": 10, "loop_wait": 2, "retry_timeout": 4}}}
BACK_AFTER = 60 if LONG else 40


class Front(Stack):
    """A front end of the cluster; .sql() finds the primary, too."""

    def db(self):
        return self.cluster.connect(self.database)


@pytest.fixture(scope="module")
def patroni():
    c = PatroniCluster({**CHANGES, **({} if LONG else SHORT)})
    yield c
    c.close()


@pytest.fixture(scope="module")
def front(patroni):
    stack = Front(patroni, "lighttpd", DATABASE="postern", PROCESSES="2",
                  REMOTE_DATABASE=patroni.conninfo() + " dbname=postern")
    stack.sql("UPDATE oauth.setting SET issuer = %s,"
              " refresh_retry_window = '10 minutes'", stack.url)
    yield stack
    stack.close()


class Load:
    """Requests without end, and what each was answered."""

    def __init__(self, front):
        self.front = front
        self.client = front.register_client()
        self.public = front.register_client(token_endpoint_auth_method="none")
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.answers = []       # (when, status)
        self.live, self.revoked, self.chains, self.odd = [], [], [], []
        user = front.create_user()
        self.threads = [threading.Thread(target=run) for run in (
            *[self.issue] * 4, self.revoke)] + [
            threading.Thread(target=self.refresh, args=(
                flow(front, self.public, user)["refresh_token"],))
            for _ in range(2)]

    def answered(self, call):
        """-> the answer, or None where it is a 503 or none at all."""
        try:
            r = call()
        except requests.ConnectionError:
            return None
        with self.lock:
            self.answers.append((time.monotonic(), r.status_code))
            if r.status_code not in (200, 503):
                self.odd.append((r.status_code, r.text))
        if r.status_code != 200:
            time.sleep(0.05)
            return None
        return r

    def token(self):
        r = self.answered(lambda: self.front.token(
            self.client, grant_type="client_credentials"))
        if r is None:
            return None
        remember(r.json()["access_token"])
        return r.json()["access_token"]

    def issue(self):
        while not self.stop.is_set():
            token = self.token()
            if token:
                self.live.append(token)

    def revoke(self):
        while not self.stop.is_set():
            token = self.token()
            while token and not self.stop.is_set():
                if self.answered(lambda t=token: self.front.post(
                        "/oauth/revoke", {"token": t}, self.client)):
                    self.revoked.append(token)
                    break

    def refresh(self, token):
        """An answer that was lost is asked for again (the retry window)."""
        chain = [token]
        self.chains.append(chain)
        while not self.stop.is_set():
            r = self.answered(lambda: self.front.post("/oauth/token", {
                "grant_type": "refresh_token", "refresh_token": chain[-1],
                "client_id": self.public.client_id}))
            if r:
                chain.append(r.json()["refresh_token"])
                remember(chain[-1], r.json()["access_token"])
                self.live.append(r.json()["access_token"])

    def served_since(self, when):
        with self.lock:
            return sum(s == 200 and at > when for at, s in self.answers)

    def longest_gap(self):
        """Seconds between one 200 and the next."""
        with self.lock:
            times = [at for at, status in self.answers if status == 200]
        return max(b - a for a, b in itertools.pairwise(times))

    def check(self, from_the_past=False):
        """Every answer, against the database as it is now.

        from_the_past: a server may have been read that does not know yet what
        the other has written: "no such refresh token".
        """
        assert not [body for status, body in self.odd if not (
            from_the_past and status == 400 and "invalid_grant" in body)]
        states = self.states(self.live)
        assert all(states), f"{states.count(False)} of {len(states)} are lost"
        states = self.states(self.revoked)
        assert not any(states), f"{states.count(True)} of {len(states)} live"
        for chain in self.chains:
            r = self.front.post("/oauth/token", {
                "grant_type": "refresh_token", "refresh_token": chain[-1],
                "client_id": self.public.client_id})
            assert r.status_code == 200, (len(chain), r.text)
        [[branches]] = self.front.sql(
            "SELECT count(*) - count(DISTINCT token_hash) FROM"
            " oauth.refresh_token WHERE client_id = %s", self.public.client_id)
        assert branches == 0

    def states(self, tokens):
        """Which are there and good, as oauth.explain() and /introspect read
        it: one statement, since there are thousands."""
        return [active for [active] in self.front.sql(
            "SELECT s.state IS NOT DISTINCT FROM 'live'"
            " FROM unnest(%s) WITH ORDINALITY AS t (text, n)"
            " LEFT JOIN oauth.access_token_state s"
            " ON s.slot = substr(t.text, 4, 1)::smallint AND s.token_hash ="
            " sha256(decode(translate(substr(t.text, 6), '-_', '+/') || '=',"
            " 'base64')) ORDER BY t.n", tokens)]


@contextmanager
def under_load(front, settled=lambda: None, **kw):
    load = Load(front)
    for t in load.threads:
        t.start()
    try:
        time.sleep(1)
        yield load
    finally:
        load.stop.set()
        for t in load.threads:
            t.join()
    settled()
    load.check(**kw)


def wait_for(condition, seconds):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + seconds, f"not in {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began


def fail_over(patroni, front, kill, start_again):
    """-> seconds without service, seconds until the old primary is back."""
    patroni.wait_until_whole()
    old = patroni.primary()
    with under_load(front) as load:
        before = len(load.live)
        kill(old)
        killed = time.monotonic()
        wait_for(lambda: load.served_since(killed + 1) > 20, BACK_AFTER)
        time.sleep(1)
    gap = load.longest_gap()
    assert len(load.live) > before > 0 and load.revoked
    new = patroni.primary()
    start_again(old)
    rejoined = patroni.wait_until_whole(120)
    # And what was written since is on the one that was rewound.
    print(f"{old.name} to {new.name}: {gap:.1f} s without service,"
          f" {len(load.live)} tokens, back after {rejoined:.1f} s")
    return gap, rejoined


def test_the_primary_is_killed(patroni, front):
    old = patroni.primary()
    gap, _ = fail_over(patroni, front, Node.kill, Node.start)
    assert patroni.primary() is not old
    assert gap < BACK_AFTER
    # It came back by replaying or pg_rewind, and not as a new copy.
    assert old.patroni.log_text().count("bootstrap from leader") <= 1


# -- the long form

long = pytest.mark.long_form

# What is killed, and what is to be started again: where only PostgreSQL is, its
# Patroni starts it again, or somebody else takes over.
WAYS = {"the machine": (Node.kill, Node.start),
        "PostgreSQL": (Node.kill_postgres, lambda node: None)}


@long
@pytest.mark.parametrize("n", range(10))
def test_again_and_again(patroni, front, n):
    way = list(WAYS)[n % len(WAYS)]
    print(way, end=": ")
    gap, _ = fail_over(patroni, front, *WAYS[way])
    assert gap < BACK_AFTER


@long
def test_the_leader_of_etcd_is_killed(patroni, front):
    """The other two elect one; nobody takes over from the primary."""
    patroni.wait_until_whole()
    primary = patroni.primary()
    [leader] = [e for e in patroni.etcds if e.leads()]
    with under_load(front) as load:
        leader.kill()
        time.sleep(15)
    print(f"etcd's leader: {load.longest_gap():.1f} s without service")
    assert patroni.primary() is primary and load.longest_gap() < BACK_AFTER
    leader.start()
    patroni.wait_until_whole()


@long
def test_all_of_etcd_is_killed(patroni, front):
    """failsafe_mode: the primary stays, since all servers agree."""
    patroni.wait_until_whole()
    time.sleep(10)      # they tell each other who is there with each loop
    with under_load(front) as load:
        for etcd in patroni.etcds:
            etcd.kill()
        killed = time.monotonic()
        time.sleep(45)
        assert load.served_since(killed + 40) > 20
    print(f"all of etcd: {load.longest_gap():.1f} s without service")
    for etcd in patroni.etcds:
        etcd.start()
    patroni.wait_until_whole()


@long
def test_patroni_alone_is_killed(patroni, front):
    """The primary goes on, with nobody to stop it; another takes over.  What
    the watchdog is for (docs/growing.md).  Nothing that was answered is lost
    even so: without its standby the old one answers no write."""
    patroni.wait_until_whole()
    old = patroni.primary()
    # Only then is there one that can be asked what is true.
    with under_load(front, lambda: patroni.wait_until_whole(120),
                    from_the_past=True) as load:
        old.patroni.kill()
        wait_for(lambda: patroni.primary() not in (None, old), 60)
        time.sleep(10)
        old.start()
        wait_for(lambda: load.served_since(time.monotonic() - 1) > 20, 60)
    print(f"Patroni alone: {load.longest_gap():.1f} s without service")
