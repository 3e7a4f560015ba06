"""asking - requests, what may be concluded from their answers, and asking again
where there is none."""
import asyncio
import json
import random

from ledger import NO, OURS, UNKNOWN, YES, Issued, now
from wire import Lost, message

TRIES = 15
PROGRAM = {"/oauth/token": "token", "/oauth/par": "token",
           "/oauth/revoke": "token", "/oauth/introspect": "token",
           "/oauth/device_authorization": "token",
           "/api/me": "resource", "/oauth/userinfo": "resource",
           "/oauth/jwks": "metadata", "/health": "metadata",
           "/.well-known/openid-configuration": "metadata"}


def members(answer):
    """Of its JSON; none where it has none."""
    try:
        return json.loads(answer.body)
    except ValueError:
        return {}


class Asker:
    """Has tokens, and uses them."""

    def __init__(self, world, number):
        self.world = world
        self.rng = random.Random(f"{world.seed}/{number}")
        self.cookies = {}

    # -- asking

    @property
    def ledger(self):
        return self.world.ledger

    def maybe(self, probability):
        return self.rng.random() < probability

    async def ask(self, method, path, form=None, **kw):
        """-> the answer, or None where nobody knows what came of it."""
        front = self.rng.randrange(len(self.world.pools))
        where = path.partition("?")[0]
        program = PROGRAM.get(where, "authorize")
        self.ledger.asked[where] += 1
        if program == "authorize":
            kw["Cookie"] = "; ".join(
                f"{k}={v}" for k, v in self.cookies.items())
        began = now()
        try:
            a = await self.world.pools[front].ask(
                message(method, path, form, **kw))
        except Lost:
            self.ledger.doubt(began, front, program, where, "no answer")
            return None
        if a.status >= 500:
            self.ledger.doubt(
                began, front, program, where,
                OURS if a.status == 503 and "retry-after" in a.headers
                else f"{a.status} of the web server")
            return None
        self.ledger.answers[f"{a.status}"] += 1
        if program == "authorize":
            self.cookies.update(a.cookies)
        return a

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
