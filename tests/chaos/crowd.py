"""crowd - many clients and people at once, who do everything that Postern
knows, ask again when they are told nothing, and write down what they are told.
"""
import asyncio
import base64
import ctypes
import ctypes.util
import hashlib
import itertools
import json
import random
import secrets
import time
from collections import deque, namedtuple
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey)
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)
from psycopg2.extras import Json

from client_jwt import b64
from device import GRANT as DEVICE
from ledger import NO, UNKNOWN, YES, Issued, Ledger, Sent, now
from postern_stack import form_action, hidden_fields
from wire import Lost, Pool, message

CB = "https://client.test/cb"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PASSWORD = "all the crowd's " + secrets.token_hex(4)
COOKIE = "postern_session"
TRIES = 15
PROGRAM = {"/oauth/token": "token", "/oauth/par": "token",
           "/oauth/revoke": "token", "/oauth/introspect": "token",
           "/oauth/device_authorization": "token",
           "/api/me": "resource", "/oauth/userinfo": "resource",
           "/oauth/jwks": "metadata", "/health": "metadata",
           "/.well-known/openid-configuration": "metadata"}

User = namedtuple("User", "username sub")
Clients = namedtuple("Clients", "plain jwt api public bound device keyed")


def cheap_hash(password):
    """Argon2id at the least cost there is: the crowd is to wear out the
    database, and not the processor."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    out = ctypes.create_string_buffer(128)
    assert sodium.crypto_pwhash_str_alg(
        out, password.encode(), ctypes.c_ulonglong(len(password)),
        ctypes.c_ulonglong(1), ctypes.c_size_t(8192), 2) == 0
    return out.value.decode()


def members(answer):
    """Of its JSON; none where it has none."""
    try:
        return json.loads(answer.body)
    except ValueError:
        return {}


class World:
    """Two front ends, the clients and people, and the present ledger."""

    def __init__(self, fronts, seed, people=24):
        self.stack, self.seed = fronts[0], seed
        self.fronts = fronts
        self.ledger = Ledger()
        self.recent = deque(maxlen=2000)    # tokens, to look at again
        self.numbers = itertools.count()
        self.key = Ed25519PrivateKey.generate()
        self.clients = self.register()
        hashed = cheap_hash(PASSWORD)
        self.users = [User(name, self.stack.sql(
            "SELECT oauth.create_user(%s, %s, '{}')", name, hashed)[0][0])
            for name in (f"crowd-{i}" for i in range(people))]

    def register(self):
        """One of each kind; all may be looked at by one resource server."""
        add = self.stack.register_client
        api = add(client_name="api")
        aud = {"audience": [api.client_id], "redirect_uris": [CB],
               "scope": "openid profile email"}
        public = {**aud, "token_endpoint_auth_method": "none"}
        raw = self.key.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw)
        return Clients(
            plain=add(**aud), api=api,
            jwt=add(access_token_format="jwt",
                    access_token_signed_response_alg="EdDSA", **aud),
            public=add(**public), bound=add(**public),
            device=add(**{**public, "redirect_uris": []}, response_types=[],
                       grant_types=[DEVICE, "refresh_token"]),
            keyed=add(token_endpoint_auth_method="private_key_jwt", jwks={
                "keys": [{"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}]},
                **aud))

    def new_page(self):
        """A new ledger; what older ones hold is not known to it."""
        [[since]] = self.stack.sql("SELECT clock_timestamp()::text")
        self.ledger = Ledger(since)
        self.recent.clear()

    def connect(self):
        self.pools = [Pool(front.port) for front in self.fronts]

    def disconnect(self):
        for pool in self.pools:
            pool.close()

    def assertion(self):
        """-> a new one, its jti."""
        at, jti = int(time.time()), secrets.token_hex(12)
        client_id = self.clients.keyed.client_id
        said = b64('{"alg":"EdDSA"}') + "." + b64(json.dumps({
            "iss": client_id, "sub": client_id, "aud": self.stack.url,
            "iat": at, "exp": at + 300, "jti": jti}))
        return said + "." + b64(self.key.sign(said.encode())), jti


class Actor:
    """One person with a browser, and the applications that they use."""

    def __init__(self, world, number):
        self.world = world
        self.rng = random.Random(f"{world.seed}/{number}")
        self.user = world.users[number % len(world.users)]
        self.cookies = {}
        self.verifier = self.rng.randbytes(32).hex()
        self.challenge = base64.urlsafe_b64encode(hashlib.sha256(
            self.verifier.encode()).digest()).rstrip(b"=").decode()

    # -- asking

    @property
    def ledger(self):
        return self.world.ledger

    @property
    def session(self):
        return self.cookies.get(COOKIE)

    def maybe(self, probability):
        return self.rng.random() < probability

    async def ask(self, method, path, form=None, **kw):
        """-> the answer, or None where nobody knows what came of it."""
        front = self.rng.randrange(len(self.world.pools))
        program = PROGRAM.get(path.partition("?")[0], "authorize")
        if program == "authorize":
            kw["Cookie"] = "; ".join(
                f"{k}={v}" for k, v in self.cookies.items())
        began = now()
        try:
            a = await self.world.pools[front].ask(
                message(method, path, form, **kw))
        except Lost:
            self.doubt(began, front, program, "no answer")
            return None
        if a.status == 503 and "retry-after" in a.headers:
            self.doubt(began, front, program, "503 of ours")
            return None
        if a.status >= 500:
            self.doubt(began, front, program,
                       f"{a.status} of the web server")
            return None
        self.ledger.answers[f"{a.status}"] += 1
        if program == "authorize":
            self.cookies.update(a.cookies)
        return a

    def doubt(self, began, front, program, kind):
        self.ledger.answers[kind] += 1
        self.ledger.doubt(began, front, program, kind)

    def strange(self, what, a):
        self.ledger.strange.append(
            f"{what}: {a.status} {a.headers.get('location', '')}"
            f" {a.body[:300]!r}")

    async def known(self, attempt, *args):
        """Again and again until there is an answer -> it, or None."""
        for n in range(TRIES):
            got = await attempt(*args)
            if got is not None:
                return got
            await asyncio.sleep(
                min(0.05 * 2 ** n, 1) * self.rng.uniform(0.5, 1.5))
        return None

    async def known_of(self, count, attempt, *args):
        """The same by several at once -> all their answers."""
        return await asyncio.gather(*(
            self.known(attempt, *args) for _ in range(count)))

    # -- tokens

    async def token(self, subject, client, form, error=None):
        """One attempt -> the tokens, {} where refused, None: who knows."""
        began, issued = now(), Issued(client.client_id, None, None)
        if client.client_secret:
            a = await self.ask("POST", "/oauth/token", form, client=client)
        else:
            a = await self.ask("POST", "/oauth/token", {
                "client_id": client.client_id, **form})
        if a is None:
            self.ledger.note("issue", subject, began, UNKNOWN, issued)
            return None
        got = members(a)
        if a.status == 200:
            self.ledger.note("issue", subject, began, YES, Issued(
                client.client_id, got["access_token"],
                got.get("refresh_token")))
            self.world.recent.append(got["access_token"])
            return got
        if got.get("error") in ("authorization_pending", "slow_down"):
            return {}
        self.ledger.note("issue", subject, began, NO, issued)
        if got.get("error") != error:
            self.strange(subject, a)
        return {}

    async def use(self, token, person=False):
        """Is it good?  By the resource server, or at the resource."""
        began = now()
        if person and self.maybe(0.6):
            a = await self.ask("GET", "/api/me",
                               Authorization="Bearer " + token)
            alive = a and a.status == 200
            if a and a.status not in (200, 401):
                self.strange("/api/me", a)
        else:
            a = await self.ask("POST", "/oauth/introspect", {"token": token},
                               client=self.world.clients.api)
            if a and a.status != 200:
                self.strange("/oauth/introspect", a)
                return
            alive = a and json.loads(a.body)["active"]
        self.ledger.note("use", token, began,
                         UNKNOWN if a is None else YES if alive else NO)

    async def revoke(self, token, client):
        began = now()
        if client.client_secret:
            a = await self.ask("POST", "/oauth/revoke", {"token": token},
                               client=client)
        else:
            a = await self.ask("POST", "/oauth/revoke", {
                "token": token, "client_id": client.client_id})
        self.ledger.note("revoke", token, began, YES if a else UNKNOWN)
        if a and a.status != 200:
            self.strange("/oauth/revoke", a)
        return a

    async def by_client(self):
        clients = self.world.clients
        client = clients.jwt if self.maybe(0.25) else clients.plain

        def attempt():      # each may store a token
            return self.token(f"cc:{next(self.world.numbers)}", client, {
                "grant_type": "client_credentials", "scope": "profile"})

        got = await self.known(attempt)
        if got and self.maybe(0.3):
            await self.use(got["access_token"])
        if got and self.maybe(0.25):
            await self.known(self.revoke, got["access_token"], client)
            await self.use(got["access_token"])

    async def by_assertion(self):
        assertion, jti = self.world.assertion()

        def attempt():
            return self.token("jti:" + jti, self.world.clients.keyed, {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION,
                "client_assertion": assertion}, "invalid_client")

        got = await self.known_of(self.rng.choice((1, 1, 1, 2, 3)), attempt)
        if self.maybe(0.3):
            await self.known(attempt)
        if any(got):
            await self.use(next(filter(None, got))["access_token"])

    async def look(self):
        """At somebody's token."""
        for _ in range(3):
            if self.world.recent:
                await self.use(self.rng.choice(self.world.recent))

    async def read(self):
        path = self.rng.choice(("/oauth/jwks", "/health",
                                "/.well-known/openid-configuration"))
        a = await self.ask("GET", path)
        if a and a.status != 200:
            self.strange(path, a)

    # -- codes

    async def code(self, client, bound, **params):
        """To the authorization endpoint, and through its pages -> a code,
        or None where none is to be had."""
        request = params.get("request_uri")
        path = "/oauth/authorize?" + urlencode({
            "client_id": client.client_id, **params})
        a = began = None
        for n in range(TRIES * 2):
            if a is None:
                began = now()
                a = await self.ask("GET", path)
            if a is None:
                self.sent(request, began, UNKNOWN)
                await asyncio.sleep(self.rng.uniform(0.05, 0.1 * (n + 1)))
            elif b'name="password"' in a.body:
                if not request:     # for a pushed one that may be asked anew
                    self.look_at_session(began, NO)
                a = await self.sign_in(a)
            elif b'name="decision"' in a.body:
                began = now()
                a = await self.press(a, "allow")
                if a is None:
                    self.sent(request, began, UNKNOWN)
            elif a.headers.get("location", "").startswith(CB):
                return self.sent(request, began, a, bound)
            elif a.status == 400 and request:
                self.sent(request, began, NO)
                return None
            else:
                self.strange("/oauth/authorize", a)
                return None
        return None

    def sent(self, request, began, outcome, bound=False):
        """The client is told -> the code."""
        if outcome in (UNKNOWN, NO):
            self.ledger.note("authorize", request or "-", began, outcome)
            return None
        got = parse_qs(urlsplit(outcome.headers["location"]).query)
        if "code" not in got:
            self.strange("an authorization response", outcome)
            return None
        self.ledger.note("authorize", request or "-", began, YES, Sent(
            got["code"][0], self.session, bound, request))
        self.look_at_session(began, YES)
        return got["code"][0]

    def look_at_session(self, began, outcome):
        if self.session:
            self.ledger.note("session", self.session, began, outcome)

    async def press(self, page, decision, **fields):
        """Submit its form -> the answer, a redirect of ours followed."""
        text = page.body.decode()
        path = "/oauth/" + form_action(text).rpartition("/")[2]
        a = await self.ask("POST", path, {
            **hidden_fields(text), "decision": decision, **fields})
        if a and a.status == 303 and not a.headers["location"].startswith(CB):
            a = await self.ask("GET", a.headers["location"])
        return a

    async def sign_in(self, page):
        """-> what follows, or None.  Only a new cookie is a new session."""
        self.cookies.pop(COOKIE, None)
        a = await self.press(page, "", username=self.user.username,
                             password=PASSWORD)
        if a and a.status not in (200, 303):
            self.strange("/oauth/sign-in", a)
        return a

    async def redeem(self, client, code):
        """-> the tokens, or {}; now and then by two at once, or twice."""
        def attempt():
            return self.token(code, client, {
                "grant_type": "authorization_code", "code": code,
                "code_verifier": self.verifier, "redirect_uri": CB},
                "invalid_grant")

        got = await self.known_of(2 if self.maybe(0.08) else 1, attempt)
        if self.maybe(0.06):
            await self.known(attempt)
        return next(filter(None, got), {})

    def asks_for(self, **params):
        return {"response_type": "code", "redirect_uri": CB,
                "code_challenge": self.challenge,
                "code_challenge_method": "S256", **params}

    async def by_code(self):
        clients = self.world.clients
        client = self.rng.choice((clients.plain, clients.public,
                                  clients.public, clients.bound))
        bound = client is clients.bound
        code = await self.code(client, bound, **self.asks_for(
            scope="openid profile" if bound else "profile",
            **({"prompt": "consent"} if self.maybe(0.2) else {})))
        if code:
            await self.live(client, await self.redeem(client, code))

    async def by_pushed_request(self):
        client = self.world.clients.plain
        data = self.asks_for(client_id=client.client_id,
                             nonce=secrets.token_hex(8), scope="profile",
                             **({"prompt": "consent"} if self.maybe(0.3)
                                else {}))
        a = await self.known(lambda: self.ask(
            "POST", "/oauth/par", data, client=client))
        if a is None:
            return
        if a.status != 201:
            self.strange("/oauth/par", a)
            return
        request_uri = json.loads(a.body)["request_uri"]
        codes = await asyncio.gather(*(
            self.code(client, False, request_uri=request_uri)
            for _ in range(2 if self.session and self.maybe(0.3) else 1)))
        for code in filter(None, codes):
            await self.live(client, await self.redeem(client, code))

    async def live(self, client, got):
        """What an application does with its tokens."""
        if not got:
            return
        await self.use(got["access_token"], person=True)
        for _ in range(self.rng.randrange(4)):
            got = await self.refresh(client, got["refresh_token"])
            if not got:
                return
            if self.maybe(0.5):
                await self.use(got["access_token"], person=True)
        if self.maybe(0.4):
            await self.known(self.revoke, self.rng.choice(
                (got["access_token"], got["refresh_token"])), client)
            await self.use(got["access_token"], person=True)

    async def refresh(self, client, old):
        def attempt():
            return self.token(old, client, {
                "grant_type": "refresh_token", "refresh_token": old},
                "invalid_grant")

        got = await self.known_of(2 if self.maybe(0.15) else 1, attempt)
        if self.maybe(0.2):
            got.append(await self.known(attempt))
        return next(filter(None, got), {})

    # -- devices

    async def by_device(self):
        client = self.world.clients.device
        a = await self.known(lambda: self.ask(
            "POST", "/oauth/device_authorization",
            {"client_id": client.client_id, "scope": "profile"}))
        if a is None:
            return
        if a.status != 200:
            self.strange("/oauth/device_authorization", a)
            return
        got, began = json.loads(a.body), now()
        code = got["device_code"]
        self.ledger.note("device", code, began, YES)

        def attempt():
            return self.token(code, client, {
                "grant_type": DEVICE, "device_code": code}, "invalid_grant")

        if self.maybe(0.5):
            await self.known(attempt)       # pending
        if not await self.decide(code, got["user_code"]):
            return
        tokens = await self.known_of(self.rng.choice((1, 1, 2)), attempt)
        if self.maybe(0.2):
            await self.known(attempt)
        await self.live(client, next(filter(None, tokens), None))

    async def decide(self, device_code, user_code):
        """-> is it decided?"""
        path = "/oauth/device?" + urlencode({"user_code": user_code})
        a = None
        for n in range(TRIES * 2):
            began = now()
            if a is None:
                a = await self.ask("GET", path)
            if a is None:
                await asyncio.sleep(self.rng.uniform(0.05, 0.1 * (n + 1)))
            elif b'name="password"' in a.body:
                self.look_at_session(began, NO)
                a = await self.sign_in(a)
            elif b'name="decision"' in a.body:
                a = await self.press(a, "allow")
                if a and b'name="password"' in a.body:
                    continue
                self.ledger.note(
                    "decide", device_code, began, UNKNOWN if a is None
                    else YES if a.status == 200 else NO)
                if a:
                    return True
            else:       # nobody waits: it was heard, and we were not told
                self.ledger.note("decide", device_code, began, NO)
                if a.status != 403:
                    self.strange("/oauth/device", a)
                return True
        return False

    # -- leaving

    async def leave(self):
        """Sign out, and see that the cookie is worth nothing."""
        session = self.session
        if not session:
            return
        a = await self.known(lambda: self.ask("GET", "/oauth/logout"))
        if a is None:
            return
        if b'name="decision"' in a.body:
            began = now()
            a = await self.press(a, "sign-out")
            self.ledger.note("sign-out", session, began,
                             YES if a else UNKNOWN)
            if a and (a.status != 200 or b'name="decision"' in a.body):
                self.strange("/oauth/logout", a)
        self.cookies = {COOKIE: session}
        for _ in range(2):
            await self.is_signed_in()
        self.cookies = {}

    async def is_signed_in(self):
        """By a request that shows no page (prompt=none)."""
        began = now()
        a = await self.ask("GET", "/oauth/authorize?" + urlencode({
            "client_id": self.world.clients.public.client_id,
            **self.asks_for(prompt="none", scope="profile")}))
        if a is None:
            return
        got = parse_qs(urlsplit(a.headers.get("location", "")).query)
        if got.get("error") == ["login_required"]:
            self.look_at_session(began, NO)
        elif "code" in got or got.get("error") == ["consent_required"]:
            self.look_at_session(began, YES)
        else:
            self.strange("prompt=none", a)

    # -- and all of it

    WEIGHTS = {"by_client": 26, "by_assertion": 7, "look": 14, "read": 4,
               "by_code": 14, "by_pushed_request": 6, "by_device": 4,
               "leave": 2}

    async def act(self, stop):
        while not stop.is_set():
            [what] = self.rng.choices(list(self.WEIGHTS),
                                      list(self.WEIGHTS.values()))
            await getattr(self, what)()


async def crowd(world, size, trouble):
    """Everybody acts until trouble(world) is over, and ends what they do."""
    stop = asyncio.Event()
    world.connect()
    actors = [asyncio.create_task(Actor(
        world, next(world.numbers)).act(stop)) for _ in range(size)]
    try:
        await trouble(world)
    finally:
        stop.set()
        await asyncio.gather(*actors)
        world.disconnect()


class Insisting(Actor):
    """Comes after the trouble, and asks until there is an answer."""

    async def look(self, token):
        before = len(self.ledger.doubts)
        await self.use(token)
        return True if len(self.ledger.doubts) == before else None

    async def spend(self, old, client):
        return await self.token(old, client, {
            "grant_type": "refresh_token", "refresh_token": old},
            "invalid_grant")


async def ask_again(world, access, refresh=(), size=24):
    """For all that these access tokens open; and what these refresh tokens,
    (token, client_id), give."""
    clients = {c.client_id: c for c in world.clients}
    left = [("look", t) for t in access] + [
        ("spend", t, clients[c]) for t, c in refresh]
    world.connect()

    async def work(actor):
        while left:
            what, *args = left.pop()
            await actor.known(getattr(actor, what), *args)

    await asyncio.gather(*(work(Insisting(world, n)) for n in range(size)))
    world.disconnect()
