"""logout - a client that people sign out of, and ID tokens that are brought
back: what the tests of logout share."""
import base64
import json
import secrets
import threading
import time
from collections import namedtuple
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jwcrypto import jwk, jws
from postern_stack import Browser, answer, flow, remember

AFTER = "https://client.test/after"
EVIL = "https://evil.test/phish"
EVENT = "http://schemas.openid.net/event/backchannel-logout"

Hit = namedtuple("Hit", "method path headers body at")


class Listener(ThreadingHTTPServer):
    """What a client listens on: .hits, and .answer(handler, hit) that says
    what comes back; 200 unless it is set."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.hits = []
        self.answer = lambda handler, hit: reply(handler, 200)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.05,),
                         daemon=True).start()

    def handle_error(self, request, client_address):
        """Who hangs up is what is tested."""

    def close(self):
        self.shutdown()
        self.server_close()

    def wait(self, count=1, seconds=8):
        """The hits, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.hits) < count and time.monotonic() < until:
            time.sleep(0.02)
        assert len(self.hits) >= count, self.hits
        return self.hits


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hit = Hit(self.command, self.path, self.headers, body.decode(),
                  time.monotonic())
        self.server.hits.append(hit)
        self.close_connection = True
        self.server.answer(self, hit)

    do_GET = do_POST = take  # pylint: disable=invalid-name

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


def reply(handler, status, body=b"", **headers):
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def register(stack, **metadata):
    """A client that may ask for offline_access and for a sign-out."""
    metadata.setdefault("scope", "openid profile offline_access")
    metadata.setdefault("post_logout_redirect_uris", [AFTER])
    return stack.register_client(**metadata)


def sign_in(stack, client, user, browser, scope="openid", **params):
    """-> the tokens of a code flow in this browser."""
    if "offline_access" in scope.split():
        params.setdefault("prompt", "consent")  # OpenID Connect section 11
    return flow(stack, client, user, browser, scope=scope, **params)


def end_session(browser, method="GET", **params):
    """The answer of the end session endpoint, nothing followed."""
    where = {"params": params} if method == "GET" else {"data": params}
    return browser.request(method, browser.stack.url + "/oauth/logout",
                           allow_redirects=False, timeout=30, **where)


def is_signed_in(browser, client):
    """By a request that shows no page (prompt=none)."""
    got = answer(browser.authorize(
        client_id=client.client_id, response_type="code", prompt="none",
        scope="openid", code_challenge="A" * 43,
        code_challenge_method="S256"))
    if "code" in got:
        return True
    assert got["error"] == "login_required", got
    return False


def asks(r):
    """Is it the page that asks whether to sign out?"""
    return r.status_code == 200 and 'value="sign-out"' in r.text


def says_signed_out(r):
    return r.status_code == 200 and "<title>Signed out</title>" in r.text


def goes_nowhere(r):
    """Neither by a header nor by what the page holds."""
    return "Location" not in r.headers and "Refresh" not in r.headers and \
        "http-equiv" not in r.text and "href=" not in r.text


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))


def header(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=="))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(key, payload, **head):
    """A compact JWS, ES256, by key."""
    token = jws.JWS(payload if isinstance(payload, str)
                    else json.dumps(payload))
    token.add_signature(key, None, json.dumps(
        {"alg": "ES256", "typ": "JWT", "kid": key.get("kid"), **head}))
    made = token.serialize(compact=True)
    remember(made)
    return made


def new_key():
    key = jwk.JWK.generate(kty="EC", crv="P-256")
    return jwk.JWK(**{**key.export(as_dict=True), "kid": key.thumbprint()})


@contextmanager
def our_key(stack):
    """A key that the server believes to be its own, and never signs with: with
    it the tests make ID tokens that it would not."""
    key = new_key()
    stack.sql("INSERT INTO oauth.signing_key (kid, alg, generation,"
              " public_jwk, private_jwk, sign_from) VALUES (%s, 'ES256', %s,"
              " %s, '', '2100-01-01')", key.get("kid"),
              secrets.randbelow(10 ** 8) + 10 ** 8, key.export_public())
    yield key
    stack.sql("DELETE FROM oauth.signing_key WHERE kid = %s", key.get("kid"))


@contextmanager
def forging(stack):
    """-> forge(hint, claim=..., header={...}): another one, with our signature;
    a claim that is None is left out."""
    with our_key(stack) as key:
        def make(token, header=None, **changed):
            payload = {**claims(token), **changed}
            return sign(key, {k: v for k, v in payload.items()
                              if v is not None}, **(header or {}))
        yield make


def notifications(stack, client):
    """Rows of the outbox, of this client."""
    return stack.sql("SELECT state, attempts, last_error, sub, sid"
                     " FROM oauth.logout_notification_state"
                     " WHERE client_id = %s ORDER BY notification_id",
                     client.client_id)


def poke(stack):
    """Somebody else signs out, so that what is due is done now."""
    browser = Browser(stack)
    token = sign_in(stack, register(stack), stack.create_user(), browser)
    end_session(browser, id_token_hint=token["id_token"])


def make_due(stack, client):
    """The next attempt is now."""
    stack.sql("UPDATE oauth.logout_notification SET next_attempt_at = now()"
              " WHERE client_id = %s", client.client_id)
    poke(stack)


def wait_for(condition, seconds=15):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
