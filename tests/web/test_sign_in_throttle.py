"""Signing in: how often one may try, and many who try at once."""
import secrets
import threading
import time
import unicodedata

import pytest

from signing_in import refused, start


@pytest.fixture(scope="module")
def client(stack):
    return stack.register_client()


@pytest.fixture(autouse=True)
def forget_attempts(stack):
    """Tests are many, and all from one address."""
    stack.sql("DELETE FROM oauth.sign_in_throttle")


# -- how often one may try

@pytest.fixture(scope="module")
def strict(make_stack):
    """A stack that lets nobody try often."""
    stack = make_stack()
    stack.sql("UPDATE oauth.setting SET account_burst = 3,"
              " account_interval = '1 hour'")
    return stack


def guess(stack, client, username, password="wrong"):
    browser, r = start(stack, client)
    return browser.sign_in(r, username, password).status_code


def test_throttle(strict):
    """The fourth is not looked at, right or not; others are not touched."""
    client, user = strict.register_client(), strict.create_user()
    other = strict.create_user()
    assert [guess(strict, client, user.username) for _ in range(3)] \
        == [403, 403, 403]
    browser, r = start(strict, client)
    r = browser.sign_in(r, user.username, user.password)
    refused(browser, r, 429)
    assert "Too many attempts" in r.text
    assert guess(strict, client, other.username, other.password) == 200


def test_throttle_of_a_name_that_nobody_has(strict):
    """H95: else it would tell who is there."""
    client = strict.register_client()
    assert [guess(strict, client, "nobody") for _ in range(4)] \
        == [403, 403, 403, 429]


def test_throttle_counts_spellings_as_one(strict):
    client = strict.register_client()
    user = strict.create_user(username="\u00c5sa-" + secrets.token_hex(4))
    name = user.username
    names = [name, name.upper(), unicodedata.normalize("NFD", name.lower()),
             name.lower()]
    assert [guess(strict, client, n) for n in names] == [403, 403, 403, 429]


def test_throttle_is_forgiven_by_signing_in(strict):
    client, user = strict.register_client(), strict.create_user()
    for _ in range(3):
        assert guess(strict, client, user.username) == 403
        assert guess(strict, client, user.username) == 403
        assert guess(strict, client, user.username, user.password) == 200


def test_throttle_ends(strict):
    """After one interval one attempt is allowed, and not two."""
    client, user = strict.register_client(), strict.create_user()
    strict.sql("UPDATE oauth.setting SET account_interval = '2 seconds'")
    try:
        begin = time.monotonic()
        while guess(strict, client, user.username) == 403:
            assert time.monotonic() - begin < 20
        time.sleep(2.1)
        assert guess(strict, client, user.username) == 403
        assert guess(strict, client, user.username) == 429
    finally:
        strict.sql("UPDATE oauth.setting SET account_interval = '1 hour'")


def test_throttle_of_an_address(strict):
    """Whatever names are tried from it; and no header changes the address."""
    client, user = strict.register_client(), strict.create_user()
    strict.sql("DELETE FROM oauth.sign_in_throttle")
    strict.sql("UPDATE oauth.setting SET address_burst = 4,"
               " address_interval = '1 hour'")
    try:
        assert [guess(strict, client, f"n{i}") for i in range(4)] == [403] * 4
        assert guess(strict, client, user.username, user.password) == 429
        browser, r = start(strict, client)
        browser.headers.update({"X-Forwarded-For": "192.0.2.7",
                                "Forwarded": "for=192.0.2.7",
                                "X-Real-IP": "192.0.2.7"})
        refused(browser, browser.sign_in(r, user.username, user.password),
                429)
    finally:
        strict.sql("UPDATE oauth.setting SET address_burst = 60,"
                   " address_interval = '5 seconds'")
        strict.sql("DELETE FROM oauth.sign_in_throttle")
    assert guess(strict, client, user.username, user.password) == 200


# -- many at once

def test_a_flood_of_attempts_leaves_the_tokens_alone(stack, client):
    """H97: hashing waits in a line of its own."""
    pages = [start(stack, client) for _ in range(40)]
    results = []

    def one(browser, r):
        results.append(browser.submit(
            r, username=secrets.token_hex(6), password="x").status_code)

    threads = [threading.Thread(target=one, args=p) for p in pages]
    for t in threads:
        t.start()
    begin = time.monotonic()
    r = stack.token(client, grant_type="client_credentials")
    took = time.monotonic() - begin
    for t in threads:
        t.join()
    assert r.status_code == 200 and took < 5
    assert sorted(results) == [403] * 40
