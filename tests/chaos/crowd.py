"""crowd - many clients and people at once, who do everything that Postern
knows, ask again when they are told nothing, and write down what they are told.
"""
import asyncio
import json
import secrets

from asking import Asker
from browsing import Person
from device import GRANT as DEVICE
from ledger import YES, now
from town import CB

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Actor(Person):
    """The applications that somebody uses."""

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


class Insisting(Asker):
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
            if await actor.known(getattr(actor, what), *args) is None:
                world.ledger.strange.append(
                    f"after the trouble nobody answers: {what} {args}")

    await asyncio.gather(*(work(Insisting(world, n)) for n in range(size)))
    world.disconnect()
