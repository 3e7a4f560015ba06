"""What ends between a request's statements: a person, or a connection; the
answer says so, and nothing is half done."""
import threading
from contextlib import contextmanager

import pytest

from logout import wait_for
from postern_stack import Browser, flow
from refusing import (  # noqa: F401
    TOKEN, asked, by_assertion, by_code, by_code_in_steps, by_device,
    by_kept_refresh_token, by_kept_refresh_token_in_steps, by_password,
    by_rotation, by_rotation_in_steps, by_secret, fixture_client,
    fixture_forget_attempts, fixture_key, fixture_own, fixture_user,
    page_to_sign_in)


@contextmanager
def meanwhile(own, change, *values, table="oauth.access_token", role="token"):
    """Rows wait to be stored there until this has happened to what the request
    has read before."""
    with own.db() as db, db.cursor() as c:
        db.autocommit = False
        c.execute(change, values)
        c.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
        wait_for(lambda: own.sql(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND usename = %s"
            " AND datname = current_database()", "postern_" + role))
        db.commit()


ENDED = [
    (by_code, "invalid_grant"),
    (by_code_in_steps, "invalid_grant"),
    (by_rotation, "invalid_grant"),
    (by_rotation_in_steps, "invalid_grant"),
    (by_kept_refresh_token, "invalid_grant"),
    (by_kept_refresh_token_in_steps, "invalid_grant"),
    (by_password, "invalid_grant"),
    (by_assertion, "invalid_grant"),
    (by_device, "invalid_grant"),
]


@pytest.mark.parametrize("prepare, error", ENDED,
                         ids=[case[0].__name__ for case in ENDED])
def test_a_person_who_is_disabled_meanwhile(own, client, key, prepare, error):
    """Nobody gets a token by being faster than the operator."""
    user = own.create_user()
    flow(own, client, user, scope="profile")
    ask, got = prepare(own, client, user, key), []
    asking = threading.Thread(target=lambda: got.append(ask()))
    with meanwhile(own, "UPDATE oauth.end_user SET disabled_at = now()"
                   " WHERE sub = %s", user.sub):
        asking.start()
    asking.join()
    [r] = got
    assert (r.status_code, r.json()["error"]) == (400, error), r.text


def test_a_person_who_is_disabled_while_signing_in(own, client):
    """The password was right a moment ago; there is no session."""
    user, browser, got = own.create_user(), Browser(own), []
    page = page_to_sign_in(own, client, browser)
    asking = threading.Thread(target=lambda: got.append(
        browser.sign_in(page, user.username, user.password)))
    with meanwhile(own, "UPDATE oauth.end_user SET disabled_at = now()"
                   " WHERE sub = %s", user.sub, table="oauth.session",
                   role="authorize"):
        asking.start()
    asking.join()
    [r] = got
    assert r.status_code == 403 and 'name="password"' in r.text
    assert not own.sql("SELECT 1 FROM oauth.session JOIN oauth.end_user"
                       " USING (user_id) WHERE sub = %s", user.sub)


def test_a_connection_that_ends_in_a_statement(own, client, user, key):
    """Nobody knows whether it has run, so nobody is told that it has."""
    ask, got = by_secret(own, client, user, key), []
    asking = threading.Thread(target=lambda: got.append(asked(
        own, TOKEN, ask)))
    with own.db() as db, db.cursor() as c:
        db.autocommit = False
        c.execute("LOCK TABLE oauth.access_token IN EXCLUSIVE MODE")
        asking.start()
        wait_for(lambda: own.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'postern_token' AND wait_event_type = 'Lock'"
            " AND datname = current_database()"))
        asking.join()
    [[r, line]] = got
    assert r.status_code == 503
    assert r.json()["error"] == "temporarily_unavailable"
    assert line["reason"] == ("client_token_issue: the connection was lost,"
                              " it may have run")
    assert ask().status_code == 200
