"""Speed is a feature: round trips and commits are counted, not timed."""
import asyncio
import time

from device import ask, decided, poll
from device import public as public_device
from device import start
from log_lines import logged
from postern_stack import Browser, flow, get_code, pkce, redeem
from wire import Pool, message


def test_round_trips_of_each_request(stack):
    """A token request makes at most two, a bearer check one."""
    client, user = stack.register_client(), stack.create_user()
    public = stack.register_client(token_endpoint_auth_method="none")
    code, verifier, _ = get_code(stack, client, user)
    tokens = flow(stack, public, user)
    kept = flow(stack, client, user)["refresh_token"]
    mine = {"client_id": public.client_id}
    bought = tokens["access_token"]
    device = public_device(stack)
    asked = start(stack, device)
    decided(stack, asked, user)
    for endpoint, trips, call in (
        ("/oauth/token", 1, lambda: stack.token(
            client, grant_type="client_credentials")),
        ("/oauth/token", 1, lambda: redeem(stack, client, code, verifier)),
        ("/oauth/token", 1, lambda: stack.post("/oauth/token", {
            "grant_type": "refresh_token", **mine,
            "refresh_token": tokens["refresh_token"]})),
        ("/oauth/token", 1, lambda: stack.token(
            client, grant_type="refresh_token", refresh_token=kept)),
        ("/oauth/device_authorization", 2, lambda: ask(stack, device)),
        ("/oauth/token", 2, lambda: poll(
            stack, device, asked["device_code"])),
        ("/api/me", 1, lambda: stack.me(bought)),
        ("/oauth/introspect", 1, lambda: stack.post(
            "/oauth/introspect", {"token": bought}, client)),
        ("/oauth/revoke", 2, lambda: stack.post(
            "/oauth/revoke", {"token": bought, **mine})),
    ):
        line = logged(stack, endpoint, call)
        assert (line["status"], line["trips"]) == (200, trips), line


def test_a_pushed_request(stack):
    """One more than a request that travels itself, which is 1 for a page and
    2 for a code; two to push it."""
    client, user = stack.register_client(), stack.create_user()
    browser = Browser(stack)
    get_code(stack, client, user, browser)
    _, challenge = pkce()
    data = {"client_id": client.client_id, "response_type": "code",
            "code_challenge": challenge, "code_challenge_method": "S256"}
    made = []
    line = logged(stack, "/oauth/par", lambda: made.append(stack.post(
        "/oauth/par", data, client).json()["request_uri"]))
    assert (line["status"], line["trips"]) == (201, 2), line
    for params, trips in ((data, 2), ({"request_uri": made[0]}, 3)):
        line = logged(stack, "/oauth/authorize", lambda p=params:
                      browser.authorize(client_id=client.client_id, **{
                          k: v for k, v in p.items() if k != "client_id"}))
        assert (line["status"], line["trips"]) == (303, trips), line


def test_refused_requests_make_no_more(stack):
    """Nor does a wrong secret buy more work than a right one."""
    client = stack.register_client()
    wrong = client._replace(client_secret=client.client_secret[:-1] + "-")
    line = logged(stack, "/oauth/token", lambda: stack.token(
        wrong, grant_type="client_credentials"))
    assert line["status"] == 401 and line["trips"] <= 2


def test_a_device_that_waits(stack):
    """It asks again and again: two round trips each time."""
    client = public_device(stack)
    code = start(stack, client)["device_code"]
    for outcome in "authorization_pending", "slow_down":
        line = logged(stack, "/oauth/token",
                      lambda: poll(stack, client, code))
        assert (line["outcome"], line["trips"]) == (outcome, 2), line


def commits(stack):
    # The statistics are written when a backend has been idle for a while.
    time.sleep(1.5)
    [[n]] = stack.sql("SELECT xact_commit FROM pg_stat_database"
                      " WHERE datname = current_database()")
    return n


async def ask_many(port, request, count, parallel):
    pool = Pool(port)

    async def one():
        return (await pool.ask(request)).status == 200

    done = 0
    for _ in range(count // parallel):
        done += sum(await asyncio.gather(*(one() for _ in range(parallel))))
    pool.close()
    return done


def test_requests_share_commits(make_stack):
    """64 requests in flight make far fewer than 64 commits."""
    stack = make_stack("lighttpd", PROCESSES="1")
    client = stack.register_client()
    request = message("POST", "/oauth/token", {
        "grant_type": "client_credentials"}, client=client, close=True)
    asyncio.run(ask_many(stack.port, request, 64, 64))
    before = commits(stack)
    assert asyncio.run(ask_many(stack.port, request, 1920, 64)) == 1920
    shared = commits(stack) - before
    [[rows]] = stack.sql("SELECT count(*) FROM oauth.access_token"
                         " WHERE client_id = %s", client.client_id)
    assert rows == 1920 + 64
    assert shared < 1920 / 2, f"{shared} commits for 1920 tokens"


def test_few_connections(make_stack):
    """At any concurrency a process has one write lane and its read lanes."""
    stack = make_stack("lighttpd", PROCESSES="1")
    client = stack.register_client()
    request = message("POST", "/oauth/token", {
        "grant_type": "client_credentials", "scope": "nothing"},
        client=client, close=True)
    asyncio.run(ask_many(stack.port, request, 640, 64))
    [[n]] = stack.sql("SELECT count(*) FROM pg_stat_activity"
                      " WHERE datname = current_database()"
                      " AND usename = 'postern_token'")
    assert 1 <= n <= 4


def test_a_jwt_is_stored_nowhere(stack):
    """One round trip, once it is known that the short cut is not for them;
    and the other way round."""
    client = stack.register_client(access_token_format="jwt")

    def trips():
        return logged(stack, "/oauth/token", lambda: stack.token(
            client, grant_type="client_credentials"))["trips"]

    # Of two processes, by turns.
    assert 1 in {trips() for _ in range(20)}
    stack.sql("SELECT oauth.change_client(%s, %s)", client.client_id,
              '{"access_token_format": "opaque"}')
    seen = [trips() for _ in range(8)]
    assert 1 in seen and max(seen) <= 3 and seen.count(3) <= 2, seen
