"""What may be spent once is spent once: 50 at a time, over four processes of
each program behind two web servers, and over plain CGI, at once."""
import json
import os
import re
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from client_jwt import new_key, public, sign
from device import GRANT, decided, row, start
from device import public as public_device
from postern_stack import (Browser, Client, form_action, get_code,
                           hidden_fields, pkce, remember)
from racing import PARALLEL, form, race, race_json
from wire import message

ROUNDS = int(os.environ.get("CHAOS_RACE_ROUNDS", "5"))
CB = "https://client.test/cb"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def first(fronts):
    return fronts[0]


@pytest.fixture(scope="module")
def user(first):
    return first.create_user()


@pytest.fixture(scope="module", autouse=True)
def told_of(request, tell):
    before = request.session.testsfailed
    yield
    if request.session.testsfailed == before:
        tell("Races", f"{PARALLEL} requests at the same moment, over two web "
             "servers with two processes of each program, and plain CGI; each "
             f"thing that may be spent once, {ROUNDS} times: spent once.")


def one_wins(answers, error, status=400):
    """One 200, and the same refusal for all others -> what the one got."""
    won = [a for s, a in answers if s == 200]
    lost = [(s, a.get("error")) for s, a in answers if s != 200]
    assert len(won) == 1, answers
    assert lost == [(status, error)] * (PARALLEL - 1), answers
    remember(won[0].get("access_token"), won[0].get("refresh_token"))
    return won[0]


def cookies(browser):
    remember(*browser.cookies.values())
    return "; ".join(f"{c.name}={c.value}" for c in browser.cookies)


def codes_of(answers):
    """The codes that browsers were sent away with."""
    found = [c for a in answers for c in re.findall(
        r"[?&]code=([^&]+)", a.headers.get("location", ""))]
    remember(*found)
    return found


# -- at the token endpoint

def test_code(fronts, first, user):
    """RFC 6749 section 4.1.2; and what it bought is revoked."""
    client, browser = first.register_client(), Browser(first)
    for _ in range(ROUNDS):
        code, verifier, _ = get_code(first, client, user, browser)
        won = one_wins(race_json(fronts, form("/oauth/token", client, {
            "grant_type": "authorization_code", "code": code,
            "code_verifier": verifier})), "invalid_grant")
    assert first.me(won["access_token"]).status_code == 401
    [[grants, live]] = first.sql(
        "SELECT count(*), count(*) FILTER (WHERE revoked_at IS NULL)"
        " FROM oauth.authorization_grant WHERE client_id = %s",
        client.client_id)
    assert (grants, live) == (ROUNDS, 0)


def test_refresh_token(fronts, first, user):
    """All within the retry window get one successor; its row is there once."""
    client = first.register_client(token_endpoint_auth_method="none")
    code, verifier, _ = get_code(first, client, user)
    data = {"grant_type": "authorization_code", "code": code,
            "code_verifier": verifier, "client_id": client.client_id}
    token = first.post("/oauth/token", data).json()["refresh_token"]
    for _ in range(ROUNDS):
        remember(token)
        answers = race_json(fronts, form("/oauth/token", client, {
            "grant_type": "refresh_token", "refresh_token": token}))
        assert {status for status, _ in answers} == {200}, answers
        successors = {a["refresh_token"] for _, a in answers}
        assert len(successors) == 1 and token not in successors
        assert len({a["access_token"] for _, a in answers}) == PARALLEL
        [token] = successors
    [[rows]] = first.sql("SELECT count(*) FROM oauth.refresh_token"
                         " WHERE client_id = %s", client.client_id)
    assert rows == ROUNDS + 1


def test_device_code(fronts, first, user):
    """RFC 8628 section 3.5; attack 69.  Reuse revokes nothing."""
    client = public_device(first)
    for _ in range(ROUNDS):
        got = start(first, client)
        decided(first, got, user)
        won = one_wins(race_json(fronts, form("/oauth/token", client, {
            "grant_type": GRANT, "device_code": got["device_code"]})),
            "invalid_grant")
    assert first.me(won["access_token"]).status_code == 200
    [[grants]] = first.sql("SELECT count(*) FROM oauth.authorization_grant"
                           " WHERE client_id = %s", client.client_id)
    assert grants == ROUNDS


def test_device_that_polls_while_the_person_decides(fronts, first, user):
    """Whatever comes first, the tokens are had once and not lost."""
    client = public_device(first)
    for n in range(ROUNDS):
        got = start(first, client)
        request = form("/oauth/token", client, {
            "grant_type": GRANT, "device_code": got["device_code"]})
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(decided, first, got, user)
            answers = race_json(fronts, request)
            said.result()
        won = [a for status, a in answers if status == 200]
        errors = {a["error"] for status, a in answers if status == 400}
        assert len(won) + len(errors) and len(won) <= 1, (n, answers)
        assert errors <= {"authorization_pending", "slow_down",
                          "invalid_grant"}, (n, answers)
        if not won:
            assert "invalid_grant" not in errors
            [[status, last]] = race_json(fronts, request, 1)
            assert status == 200, (n, last)
            won.append(last)
        remember(won[0]["access_token"], won[0]["refresh_token"])
        assert row(first, got)["redeemed_at"] is not None


def signed(key, iss, aud, **claims):
    now = int(time.time())
    return sign(key, {"iss": iss, "aud": aud, "iat": now, "exp": now + 60,
                      "jti": secrets.token_hex(16), **claims})


def test_client_assertion(fronts, first):
    """RFC 7523 section 3, point 7; attack 51."""
    key = new_key()
    client_id = first.register_client(
        token_endpoint_auth_method="private_key_jwt",
        jwks=public(key)).client_id
    for _ in range(ROUNDS):
        one_wins(race_json(fronts, form("/oauth/token", Client(
            client_id, None), {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION,
                "client_assertion": signed(key, client_id, first.url,
                                           sub=client_id)})),
                 "invalid_client", 401)


def test_assertion_as_a_grant(fronts, first, user):
    """The same of RFC 7523 section 2.1."""
    key = new_key()
    client = first.register_client(
        grant_types=["authorization_code", JWT_BEARER], jwks=public(key))
    get_code(first, client, user)       # so that there is consent
    for _ in range(ROUNDS):
        one_wins(race_json(fronts, form("/oauth/token", client, {
            "grant_type": JWT_BEARER, "assertion": signed(
                key, client.client_id, first.url, sub=user.sub)})),
            "invalid_grant")


# -- at the authorization endpoint

def pushed(stack, client, **params):
    """-> request_uri."""
    r = stack.post("/oauth/par", {
        "client_id": client.client_id, "response_type": "code",
        "redirect_uri": CB, "code_challenge": pkce()[1],
        "code_challenge_method": "S256", **params}, client)
    assert r.status_code == 201, r.text
    return r.json()["request_uri"]


def one_code(answers):
    """One window is sent back with a code, the others are told that the
    request is over."""
    assert len(codes_of(answers)) == 1, answers
    assert Counter(a.status for a in answers) == {
        303: 1, 400: PARALLEL - 1}, answers


def test_pushed_request(fronts, first, user):
    """50 windows at once complete one request: one code."""
    client, browser = first.register_client(), Browser(first)
    get_code(first, client, user, browser, redirect_uri=CB)
    for _ in range(ROUNDS):
        one_code(race(fronts, message("GET", "/oauth/authorize?" + urlencode({
            "client_id": client.client_id,
            "request_uri": pushed(first, client)}), close=True,
            Cookie=cookies(browser))))


def consent_form(browser, page, decision="allow"):
    """The request that a press of the button makes."""
    path = urlsplit(urljoin(page.url, form_action(page.text))).path
    data = {**hidden_fields(page.text), "decision": decision}
    remember(data["form_token"])
    return message("POST", path, data, close=True, Cookie=cookies(browser))


def consent_page(browser, client, **params):
    page = browser.authorize(client_id=client.client_id, **params)
    assert 'name="decision"' in page.text, page.text
    return page


def test_consent_to_a_pushed_request(fronts, first, user):
    """The button pressed 50 times."""
    client, browser = first.register_client(), Browser(first)
    get_code(first, client, user, browser, redirect_uri=CB)
    for _ in range(ROUNDS):
        page = consent_page(browser, client, request_uri=pushed(
            first, client, prompt="consent"))
        one_code(race(fronts, consent_form(browser, page)))


def test_consent_to_a_signed_request(fronts, first, user):
    """RFC 9101: it is kept when it first comes, and then like a pushed one."""
    key = new_key()
    client, browser = first.register_client(jwks=public(key)), Browser(first)
    get_code(first, client, user, browser, redirect_uri=CB)
    for _ in range(ROUNDS):
        page = consent_page(browser, client, redirect_uri=CB, request=signed(
            key, client.client_id, first.url, client_id=client.client_id,
            response_type="code", redirect_uri=CB, prompt="consent",
            code_challenge=pkce()[1], code_challenge_method="S256"))
        one_code(race(fronts, consent_form(browser, page)))


def test_codes_of_a_consent_form(fronts, first, user):
    """A plain request is kept nowhere, so each press of the button gives a
    code of its own; and each of these is good once."""
    client, browser = first.register_client(), Browser(first)
    get_code(first, client, user, browser, redirect_uri=CB)
    verifier, challenge = pkce()
    page = consent_page(
        browser, client, response_type="code", redirect_uri=CB,
        prompt="consent", code_challenge=challenge,
        code_challenge_method="S256")
    codes = codes_of(race(fronts, consent_form(browser, page)))
    assert len(set(codes)) == PARALLEL
    for code in codes[:ROUNDS]:
        one_wins(race_json(fronts, form("/oauth/token", client, {
            "grant_type": "authorization_code", "code": code,
            "redirect_uri": CB, "code_verifier": verifier})),
            "invalid_grant")


def test_user_code(fronts, first, user):
    """Of 50 windows that decide, half yes and half no, one is heard, and may
    be again by who says the same."""
    client, browser = public_device(first), Browser(first)
    get_code(first, first.register_client(), user, browser)
    for _ in range(ROUNDS):
        got = start(first, client)
        page = browser.get(got["verification_uri_complete"], timeout=30)
        answers = race(fronts, *(consent_form(browser, page, said)
                                 for said in ("allow", "deny")))
        assert {a.status for a in answers} == {200, 403}, answers
        [winner] = {i % 2 for i, a in enumerate(answers) if a.status == 200}
        assert row(first, got)["decision"] == ["allowed", "denied"][winner]


# -- and elsewhere

def test_last_use_of_an_initial_access_token(fronts, first):
    """RFC 7591 section 3; here it is good for two."""
    first.sql("UPDATE oauth.setting SET registration = 'token',"
              " registration_address_limit = 100000")
    for _ in range(ROUNDS):
        [[token]] = first.sql(
            "SELECT oauth.create_initial_access_token(2, '1 hour')")
        name = secrets.token_hex(8)
        answers = race_json(fronts, message(
            "POST", "/oauth/register", body=json.dumps({
                "redirect_uris": [CB], "client_name": name}), close=True,
            Content_Type="application/json", Authorization=f"Bearer {token}"))
        assert Counter(status for status, _ in answers) == {
            201: 2, 401: PARALLEL - 2}, answers
        remember(token, *(a.get(k) for _, a in answers for k in (
            "client_secret", "registration_access_token")))
        [[clients]] = first.sql("SELECT count(*) FROM oauth.client"
                                " WHERE client_name = %s", name)
        assert clients == 2
