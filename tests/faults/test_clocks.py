"""The clock is set an hour on, or back: that of the programs and the web server,
which must change nothing, and that of PostgreSQL, by which all expires.
"""
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import pytest
from case import LONG
from control import Control
from flow import authorizing, device_code, is_good, pushing, send
from flows import FLOWS
from logout import claims
from postern_stack import Browser, Cluster, Stack, redeem
from promises import broken, said
from proxy import Fault
from test_statements import SILENT_SECONDS
from world import DEVICE, World, may_be_anyone

HOUR = 3600
STEPS = [HOUR, -HOUR]

# Whoever waits for a second of the wall clock would wait an hour.
SECONDS = 5

# Flows that take a core for a while, or wait for somebody: in the long form.
DEAR = {"sign_in", "password", "create_account", "introspect_signed",
        "client_credentials_chosen_secret",
        "private_key_jwt_that_another_fetches"}


@pytest.fixture(scope="module")
def clocks():
    """Of "programs" and "postgresql"; both are as they should be."""
    where = Path(tempfile.mkdtemp(prefix="postern-test.", dir="/tmp"))
    where.chmod(0o755)
    made = {who: Control("clock.so", where / who)
            for who in ("programs", "postgresql")}
    yield made
    shutil.rmtree(where)


@pytest.fixture(scope="module")
def world(clocks):
    """One of whom both clocks can be set; it is a day old."""
    before = dict(os.environ)
    try:
        os.environ.update(clocks["postgresql"].env)
        cluster = Cluster()
    finally:
        os.environ.clear()
        os.environ.update(before)
    may_be_anyone(cluster)
    # lighttpd sees that a clock jumped, and restarts itself.
    stack = Stack(cluster, "nginx", PROCESSES="1", **clocks["programs"].env)
    w = World(stack)
    for flow in FLOWS.values():     # all clients there are
        if flow.name not in DEAR:
            flow.prepare(w)
    stack.sql("UPDATE oauth.client SET tokens_valid_after = '-infinity'")
    yield w
    w.close()
    stack.close()
    cluster.close()


@pytest.fixture
def step(world, clocks):
    """step(who, seconds), until the test is over."""
    def make(who, seconds):
        clocks[who].set_clock(seconds)
        world.ahead = seconds if who == "postgresql" else 0

    yield make
    for who in clocks:
        make(who, 0)


def database_time(w):
    [[now]] = w.stack.sql("SELECT extract(epoch FROM now())::bigint")
    return now


def program_time(w):
    """By the stamp of the last line of the log."""
    assert w.stack.me("pat0_" + "x" * 43).status_code == 401
    stamp = w.stack.log_lines()[-1].split('"time":"', 1)[1].split(".")[0]
    return time.mktime(time.strptime(stamp, "%Y-%m-%dT%H:%M:%S")) \
        - time.timezone


@pytest.mark.parametrize("seconds", STEPS)
def test_the_clocks_can_be_set(world, step, seconds):
    """Or else the tests below would see nothing; and one without the other."""
    for who, others in (("programs", database_time),
                        ("postgresql", program_time)):
        step(who, seconds)
        ours = program_time if who == "programs" else database_time
        assert abs(ours(world) - time.time() - seconds) < 30
        assert abs(others(world) - time.time()) < 30
        step(who, 0)


@pytest.mark.parametrize("seconds", STEPS)
@pytest.mark.parametrize("who", ["programs", "postgresql"])
def test_every_flow(world, step, who, seconds):
    """As ever, and as soon."""
    step(who, seconds)
    for flow in FLOWS.values():
        if flow.name in DEAR and not LONG:
            continue
        if who == "postgresql" and flow.name.startswith("registration_"):
            world.stack.sql("UPDATE oauth.client SET tokens_valid_after ="
                            " '-infinity'")
        request = flow.prepare(world)
        began = time.monotonic()
        r = send(request)
        assert time.monotonic() - began < SECONDS, flow.name
        assert is_good(flow, r), f"{flow.name}: {said(r)}"
        assert not list(broken(world, flow, request, r)), flow.name


def test_a_wait_meanwhile(world, step):
    """Whoever waits for PostgreSQL waits no longer than ever."""
    request = FLOWS["client_credentials"].prepare(world)
    world.proxy.arm(Fault("silent before", "client_token_issue", 1, False))
    timer = threading.Timer(1, step, ("programs", -HOUR))
    timer.start()
    began = time.monotonic()
    r = send(request)
    timer.join()
    world.proxy.disarm()
    assert r.status_code == 503
    assert time.monotonic() - began < SILENT_SECONDS


def collect(w):
    """One of each thing that is good for a while -> {name: is it still?}"""
    client, public, jwt = (w.client(c) for c in ("secret", "public", "jwt"))
    opaque, carrying = w.tokens(client), w.tokens(jwt)
    refresh, browser = w.tokens(public)["refresh_token"], w.visitor()
    code, device = w.code(client), device_code(w)
    handle = send(pushing(w, client)).json()["request_uri"]

    def is_200(request):
        return send(request).status_code == 200

    return {
        "access token": lambda: is_200(w.bearer(
            "/api/me", opaque["access_token"])),
        "JWT": lambda: is_200(w.bearer("/api/me", carrying["access_token"])),
        "refresh token": lambda: is_200(w.token(
            public, "refresh_token", refresh_token=refresh)),
        "session": lambda: "code=" in send(authorizing(
            w, client, browser)).headers.get("Location", ""),
        "pushed request": lambda: is_200(w.request(
            "GET", "/oauth/authorize", params={
                "client_id": client.client_id, "request_uri": handle})),
        "device code": lambda: b"authorization_pending" in send(w.token(
            w.client("device"), DEVICE, device_code=device["device_code"])).content,
        "code": lambda: redeem(w.stack, client, *code).status_code == 200,
    }


# What an hour is too much for.
SHORT_LIVED = {"access token", "JWT", "pushed request", "device code", "code"}


@pytest.mark.parametrize("seconds", STEPS)
@pytest.mark.parametrize("who", ["programs", "postgresql"])
def test_what_there_was_before(world, step, who, seconds):
    """It dies by PostgreSQL's clock, when its time has come, and by no other."""
    things = collect(world)
    step(who, seconds)
    dead = {name for name, is_good_still in things.items()
            if not is_good_still()}
    assert dead == (SHORT_LIVED if who == "postgresql" and seconds > 0
                    else set())


@pytest.mark.parametrize("seconds", STEPS)
def test_what_is_over_stays_so(world, step, seconds):
    """No clock of a program's gives life."""
    client, jwt = (world.client(c, fresh=True, access_token_lifetime=1)
                   for c in ("secret", "jwt"))
    for c in (client, jwt):
        world.stack.sql("UPDATE oauth.client SET access_token_lifetime ="
                        " '1 second' WHERE client_id = %s", c.client_id)
        world.consents(c)
    tokens = [world.tokens(c)["access_token"] for c in (client, jwt)]
    time.sleep(2.1)
    step("programs", seconds)
    for token in tokens:
        r = send(world.bearer("/api/me", token))
        assert r.status_code == 401 and "invalid_token" in r.text


@pytest.mark.parametrize("seconds", STEPS)
def test_what_is_signed(world, step, seconds):
    """iat and exp are PostgreSQL's, and so is what is believed of others."""
    step("programs", seconds)
    client = world.client("openid")
    got = world.tokens(client, scope="openid profile")
    for said_so in (claims(got["id_token"]), claims(
            world.tokens(world.client("jwt"))["access_token"])):
        assert abs(said_so["iat"] - time.time()) < 30
        assert 0 < said_so["exp"] - time.time() <= HOUR + 30
    key = world.client("key")
    for ahead, status in ((0, 200), (HOUR, 401), (-HOUR, 401)):
        world.ahead = ahead
        request = FLOWS["private_key_jwt"].prepare(world)
        assert send(request).status_code == status, (ahead, key)


# -- what of the past lies ahead, once PostgreSQL's clock was set back

def test_back_and_the_sign_in_throttle(world, step):
    """Nobody is locked out until the clock is where it was."""
    world.stack.sql("UPDATE oauth.setting SET account_burst = 3,"
                    " account_interval = '30 seconds', address_burst = 60,"
                    " address_interval = '5 seconds'")
    world.stack.sql("DELETE FROM oauth.sign_in_throttle")

    def try_it(password):
        browser = Browser(world.stack)
        page = send(authorizing(world, world.client("secret"), browser))
        r = browser.get(page.url, timeout=30)
        return browser.sign_in(r, world.user.username, password)

    try:
        assert 'role="alert"' in try_it("wrong").text
        step("postgresql", -HOUR)
        assert "code=" in try_it(world.user.password).headers["Location"]
        for _ in range(3):
            try_it("wrong")
        r = try_it(world.user.password)     # and it counts as ever
        assert "Location" not in r.headers
    finally:
        world.stack.sql("DELETE FROM oauth.sign_in_throttle")
        world.stack.sql("SELECT oauth.local_settings()")


def test_back_and_documents(world, step):
    """A client's new keys are fetched, also where they were just asked for."""
    uri = world.keys_at("/rotated")
    client = world.client("key", fresh=True, jwks=None, jwks_uri=uri)
    world.stack.sql("UPDATE oauth.client SET tokens_valid_after = '-infinity'")
    world.stack.sql("INSERT INTO oauth.fetched_document (uri, asked_at,"
                    " failed_at) VALUES (%s, now(), now())", uri)
    step("postgresql", -HOUR)
    r = send(world.post("/oauth/token", {
        "grant_type": "client_credentials",
        "client_assertion": world.assertion(client), "client_assertion_type":
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}))
    assert r.status_code == 200, said(r)


def test_back_and_devices(world, step):
    """One that polls as it was told is not told to slow down."""
    got = device_code(world)
    request = world.token(world.client("device"), DEVICE,
                          device_code=got["device_code"])
    assert "authorization_pending" in send(request).text
    step("postgresql", -HOUR)
    assert "authorization_pending" in send(request).text
    assert "slow_down" in send(request).text


def test_back_and_the_first_keys(world, step):
    """Those of a server that has just made them sign."""
    world.stack.sql("DELETE FROM oauth.signing_key")
    flow = FLOWS["code_openid"]
    assert is_good(flow, send(flow.prepare(world)))
    step("postgresql", -HOUR)
    assert is_good(flow, send(flow.prepare(world)))
