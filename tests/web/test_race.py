"""What may be spent once is spent once: 50 at a time, over two processes of
64 threads behind a web server and over plain CGI, at once."""
import asyncio
import base64
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from device import GRANT, decided, public, row, start
from postern_stack import Browser, get_code, remember

ROUNDS = int(os.environ.get("RACE_ROUNDS", "200"))
PARALLEL, BY_CGI = 50, 4


@pytest.fixture(scope="module")
def fronts(make_stack):
    """One database behind two front ends."""
    fast = make_stack("lighttpd", PROCESSES="2")
    cgi = make_stack("lighttpd-cgi", DATABASE=fast.database,
                     KEY=str(Path(fast.state) / "key"))
    # The second has set its own address as the issuer.
    fast.sql("UPDATE oauth.setting SET issuer = %s", fast.url)
    return fast, cgi


def http_request(client, data):
    body = urlencode(data).encode()
    head = ("POST /oauth/token HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n")
    if client.client_secret:
        basic = base64.b64encode(
            f"{client.client_id}:{client.client_secret}".encode()).decode()
        head += f"Authorization: Basic {basic}\r\n"
    return (head + "\r\n").encode() + body


async def ask(port, message, ready, count):
    """-> status, members of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ready.append(None)
    while len(ready) < count:
        await asyncio.sleep(0)
    writer.write(message)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


async def race(fronts, message, count=PARALLEL):
    fast, cgi = fronts
    ready = []
    return await asyncio.gather(*(
        ask(cgi.port if i < BY_CGI else fast.port, message, ready, count)
        for i in range(count)))


def test_one_code_is_redeemed_once(fronts):
    """RFC 6749 section 4.1.2; and what it bought is revoked."""
    fast, _ = fronts
    client, user = fast.register_client(), fast.create_user()
    browser = Browser(fast)
    for n in range(ROUNDS):
        code, verifier, _ = get_code(fast, client, user, browser)
        answers = asyncio.run(race(fronts, http_request(client, {
            "grant_type": "authorization_code", "code": code,
            "code_verifier": verifier})))
        won = [a for status, a in answers if status == 200]
        lost = [a.get("error") for status, a in answers if status == 400]
        assert len(won) == 1, (n, answers)
        assert lost == ["invalid_grant"] * (PARALLEL - 1), (n, answers)
        remember(won[0]["access_token"], won[0]["refresh_token"])
    assert fast.me(won[0]["access_token"]).status_code == 401
    [[grants, live]] = fast.sql(
        "SELECT count(*), count(*) FILTER (WHERE revoked_at IS NULL)"
        " FROM oauth.authorization_grant WHERE client_id = %s",
        client.client_id)
    assert (grants, live) == (ROUNDS, 0)


def test_one_refresh_token_has_one_successor(fronts):
    """All within the retry window get it, and its row is there once."""
    fast, _ = fronts
    client = fast.register_client(token_endpoint_auth_method="none")
    user = fast.create_user()
    code, verifier, _ = get_code(fast, client, user)
    data = {"grant_type": "authorization_code", "code": code,
            "code_verifier": verifier, "client_id": client.client_id}
    token = fast.post("/oauth/token", data).json()["refresh_token"]
    for n in range(ROUNDS):
        remember(token)
        answers = asyncio.run(race(fronts, http_request(client, {
            "grant_type": "refresh_token", "refresh_token": token,
            "client_id": client.client_id})))
        assert {status for status, _ in answers} == {200}, (n, answers)
        successors = {a["refresh_token"] for _, a in answers}
        assert len(successors) == 1 and token not in successors, n
        assert len({a["access_token"] for _, a in answers}) == PARALLEL
        [token] = successors
    [[rows]] = fast.sql("SELECT count(*) FROM oauth.refresh_token"
                        " WHERE client_id = %s", client.client_id)
    assert rows == ROUNDS + 1


def test_one_device_code_is_redeemed_once(fronts):
    """RFC 8628 section 3.5; attack 69."""
    fast, _ = fronts
    client, user = public(fast), fast.create_user()
    for n in range(ROUNDS // 4):
        got = start(fast, client)
        decided(fast, got, user)
        answers = asyncio.run(race(fronts, http_request(client, {
            "grant_type": GRANT, "client_id": client.client_id,
            "device_code": got["device_code"]})))
        won = [a for status, a in answers if status == 200]
        lost = [a.get("error") for status, a in answers if status == 400]
        assert len(won) == 1, (n, answers)
        assert lost == ["invalid_grant"] * (PARALLEL - 1), (n, answers)
        remember(won[0]["access_token"], won[0]["refresh_token"])
    assert fast.me(won[0]["access_token"]).status_code == 200
    [[grants]] = fast.sql("SELECT count(*) FROM oauth.authorization_grant"
                          " WHERE client_id = %s", client.client_id)
    assert grants == ROUNDS // 4


def test_a_device_that_polls_while_the_person_decides(fronts):
    """Whatever comes first, the tokens are had once and not lost."""
    fast, _ = fronts
    client, user = public(fast), fast.create_user()
    for n in range(ROUNDS // 10):
        got = start(fast, client)
        message = http_request(client, {
            "grant_type": GRANT, "client_id": client.client_id,
            "device_code": got["device_code"]})
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(decided, fast, got, user)
            answers = asyncio.run(race(fronts, message))
            said.result()
        won = [a for status, a in answers if status == 200]
        errors = {a["error"] for status, a in answers if status == 400}
        assert len(won) + len(errors) and len(won) <= 1, (n, answers)
        assert errors <= {"authorization_pending", "slow_down",
                          "invalid_grant"}, (n, answers)
        if not won:
            assert "invalid_grant" not in errors
            [[status, last]] = asyncio.run(race(fronts, message, 1))
            assert status == 200, (n, last)
            won.append(last)
        remember(won[0]["access_token"], won[0]["refresh_token"])
        assert row(fast, got)["redeemed_at"] is not None
