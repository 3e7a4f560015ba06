"""Many who ask at the same moment are served by one statement (src/db/share.h):
each has its own answer."""
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from postern_stack import flow

MANY = 48
OWN = {"grant_type": "client_credentials", "scope": "profile"}


@contextmanager
def queue_behind(stack, program):
    """PostgreSQL answers this program when all have queued up."""
    pids = [pid for [pid] in stack.sql(
        "SELECT pid FROM pg_stat_activity WHERE usename = %s"
        "   AND datname = current_database()", "postern_" + program)]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
        time.sleep(0.7)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def all_at_once(stack, program, ask, these):
    """-> what ask(one of these) gives, of each."""
    these = list(these)
    assert len(these) <= MANY
    with ThreadPoolExecutor(MANY) as pool:
        # What they connect with is there before it is held up.
        list(pool.map(ask, these[:8]))
        with queue_behind(stack, program):
            answers = [pool.submit(ask, one) for one in these]
        return [a.result() for a in answers]


def broken(token):
    """Another one, of the same slot."""
    return token[:-2] + ("AA" if token[-2:] != "AA" else "EE")


@pytest.fixture(scope="module")
def people(stack):
    """-> {access token: (client, username)}, of three clients."""
    clients = [stack.register_client() for _ in range(3)]
    found = {}
    for n in range(15):
        user = stack.create_user()
        token = flow(stack, clients[n % 3], user)["access_token"]
        found[token] = clients[n % 3], user.username
    return found


def test_bearer_checks(stack, people):
    def ask(token):
        r = stack.me(token)
        return r.status_code, r.json().get("username")

    asked = [*people, *(broken(t) for t in people), *list(people)[:10]]
    got = all_at_once(stack, "resource", ask, asked)
    assert got == [(200, people[t][1]) if t in people else (401, None)
                   for t in asked]


def test_one_that_was_revoked(stack, people):
    client = stack.register_client()
    token = flow(stack, client)["access_token"]
    assert stack.post("/oauth/revoke", {"token": token},
                      client).status_code == 200
    asked = [*people, token]
    got = all_at_once(stack, "resource",
                      lambda t: stack.me(t).status_code, asked)
    assert got == [200] * len(people) + [401]


def test_introspection(stack, people):
    """By the client of each, by another, and with a wrong secret."""
    clients = {c.client_id: c for c, _ in people.values()}
    wrong = [c._replace(client_secret=broken(c.client_secret))
             for c in clients.values()]
    ours = [(t, c) for t, (c, _) in people.items()]
    others = [(t, c) for t, own in ours for c in clients.values()
              if c != own][:15]
    asked = [*ours, *others, *((t, c) for (t, _), c in zip(ours, wrong * 5))]

    def ask(one):
        token, client = one
        r = stack.post("/oauth/introspect", {"token": token}, client)
        return r.status_code, r.json().get("username"), r.json().get("active")

    got = all_at_once(stack, "token", ask, asked)
    assert got == [
        (401, None, None) if client in wrong else
        (200, people[token][1], True) if people[token][0] == client else
        (200, None, False) for token, client in asked]


def test_tokens_are_each_one_own(stack):
    """Of several clients, with several scopes and secrets."""
    clients = [stack.register_client() for _ in range(3)]
    wrong = clients[0]._replace(
        client_secret=broken(clients[0].client_secret))
    asked = [(client, scope) for _ in range(6)
             for client in (*clients, wrong)
             for scope in ("profile", "email")]

    def ask(one):
        client, scope = one
        r = stack.token(client, **{**OWN, "scope": scope})
        return r.status_code, r.json()

    got = all_at_once(stack, "token", ask, asked)
    issued = [a["access_token"] for status, a in got if status == 200]
    assert len(set(issued)) == len(issued) == 36
    for (client, scope), (status, answer) in zip(asked, got):
        if client is wrong:
            assert (status, answer["error"]) == (401, "invalid_client")
            continue
        assert status == 200 and answer["scope"] == scope
        seen = stack.post("/oauth/introspect",
                          {"token": answer["access_token"]}, client).json()
        assert seen["active"] and seen["client_id"] == client.client_id
        assert seen["scope"] == scope
    rows = Counter(dict(stack.sql(
        "SELECT client_id, count(*) FROM oauth.access_token"
        " WHERE client_id = ANY (%s) GROUP BY 1",
        [c.client_id for c in clients])))
    # Eight more came before they were held up, two of them in vain.
    assert rows.total() == 36 + 6


def test_jwts_of_one_client(stack):
    """They share what is read, and are none the less different."""
    client = stack.register_client(access_token_format="jwt")
    got = all_at_once(
        stack, "token", lambda _: stack.token(client, **OWN).json()[
            "access_token"], range(MANY))
    assert len(set(got)) == MANY
    for token in got[:4]:
        assert stack.post("/oauth/introspect", {"token": token},
                          client).json()["active"]
