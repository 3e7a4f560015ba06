"""browsing - a person with a browser, and the pages that they meet."""
import asyncio
import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

from asking import TRIES, Asker
from ledger import NO, UNKNOWN, YES, Sent, now
from postern_stack import form_action, hidden_fields
from town import CB, PASSWORD

COOKIE = "postern_session"


class Person(Asker):
    def __init__(self, world, number):
        super().__init__(world, number)
        self.user = world.users[number % len(world.users)]
        self.verifier = self.rng.randbytes(32).hex()
        self.challenge = base64.urlsafe_b64encode(hashlib.sha256(
            self.verifier.encode()).digest()).rstrip(b"=").decode()

    @property
    def session(self):
        return self.cookies.get(COOKIE)

    def asks_for(self, **params):
        return {"response_type": "code", "redirect_uri": CB,
                "code_challenge": self.challenge,
                "code_challenge_method": "S256", **params}

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
                began = now()
                a = await self.sign_in(a)   # and on, perhaps to the code
                if a is None:
                    self.sent(request, began, UNKNOWN)
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
