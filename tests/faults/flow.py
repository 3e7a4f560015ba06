"""flow - a request that is to be disturbed, of a kind, and with what several
of them begin.

A flow prepares what has to be there, and gives the one request that is to be
disturbed.  What it answers undisturbed is `good`: a status, and a word of it.
`spends` says which statement, once committed, uses up what the request brings:
the same request is then refused in these words, and whoever sent it begins the
flow anew.
"""
import secrets
from collections import namedtuple
from urllib.parse import urljoin, urlsplit

import requests

from device import start
from postern_stack import form_action, hidden_fields, pkce, remember
from world import CB

Flow = namedtuple("Flow", "name number prepare status word once spends")
FLOWS = {}


def flow(status=200, word="", once=False, **spends):
    """once: sent again, it does not do the same; spends: statement=(status,
    word of the refusal)."""
    def add(prepare):
        name = prepare.__name__
        FLOWS[name] = Flow(name, len(FLOWS), prepare, status, word,
                           once or bool(spends), spends)
        return prepare
    return add


def device_code(w):
    return start(w.stack, w.client("device"), scope="openid profile")


def authorizing(w, client, browser=None, method="GET", **params):
    verifier, challenge = pkce()
    params = {"response_type": "code", "client_id": client.client_id,
              "redirect_uri": CB, "state": "s-" + secrets.token_hex(4),
              "code_challenge": challenge, "code_challenge_method": "S256",
              **params}
    where = "params" if method == "GET" else "data"
    request = w.request(method, "/oauth/authorize", browser, **{
        where: {k: v for k, v in params.items() if v is not None}})
    request.verifier = verifier
    return request


def submitting(w, browser, page, **fields):
    """The form of a page, filled in."""
    assert page.status_code == 200, page.text
    data = {**hidden_fields(page.text), **fields}
    remember(data.get("form_token"))
    path = urlsplit(urljoin(page.url, form_action(page.text))).path
    return w.request("POST", path, browser, data=data)


def pushing(w, client):
    _, challenge = pkce()
    return w.post("/oauth/par", {
        "client_id": client.client_id, "response_type": "code",
        "redirect_uri": CB, "code_challenge": challenge,
        "code_challenge_method": "S256"}, client)


def deciding(w, got):
    browser = w.visitor()
    page = browser.follow(browser.get(
        got["verification_uri_complete"], timeout=30, allow_redirects=False))
    return submitting(w, browser, page, decision="allow")


def send(request, timeout=30):
    with requests.Session() as s:
        return s.send(request, timeout=timeout, allow_redirects=False)


def is_good(f, r):
    where = r.headers.get("Location", "") + r.text
    return r.status_code == f.status and f.word in where
