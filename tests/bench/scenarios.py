"""scenarios - what is asked for, of Postern and of the probe.

Each is made anew in emptied tables, so that both sides begin with the same.
"""
import base64
import json
from collections import namedtuple
from urllib.parse import urljoin, urlsplit

from load import FORM, Script
from postern_stack import (Browser, flow, form_action, get_code,
                           hidden_fields, pkce, redeem)

# make(postern, home, connections) -> the script's path.  against: what the
# probe is asked for beside it.
Scenario = namedtuple("Scenario", "make against")
OWN = {"grant_type": "client_credentials", "scope": "profile"}


def basic(client):
    return "Basic " + base64.b64encode(
        f"{client.client_id}:{client.client_secret}".encode()).decode()


def token(postern, home, _=0, client=None):
    """Client credentials (RFC 6749 section 4.4)."""
    client = client or postern.stack.register_client()
    return Script(postern.url).step(
        200, "POST", "/oauth/token", '"access_token":"').header(
        "Authorization", basic(client)).form(**OWN).write(home / "token")


def jwt(alg):
    """The same, self-contained (RFC 9068), signed by alg."""
    def make(postern, home, _=0):
        client = postern.stack.register_client(
            access_token_format="jwt", access_token_signed_response_alg=alg)
        answer = postern.stack.token(client, **OWN).json()["access_token"]
        head = json.loads(base64.urlsafe_b64decode(
            answer.split(".")[0] + "=="))
        assert head["alg"] == alg and head["typ"] == "at+jwt", head
        # That it is a JWT is all that a token begins with: {"
        return Script(postern.url).step(
            200, "POST", "/oauth/token", '"access_token":"eyJ').header(
            "Authorization", basic(client)).form(**OWN).write(home / alg)
    return make


def refresh(postern, home, connections=64):
    """With rotation, of a public client: each connection has a grant of its
    own, and presents what it was given last."""
    stack = postern.stack
    client = stack.register_client(token_endpoint_auth_method="none")
    user, browser = stack.create_user(), Browser(stack)
    tokens = []
    for _ in range(connections):
        code, verifier, _ = get_code(stack, client, user, browser)
        tokens.append(redeem(stack, client, code, verifier).json()[
            "refresh_token"])
    own = home / "refresh.own"
    own.write_text("\n".join(tokens) + "\n")
    return Script(postern.url, own=own).step(
        200, "POST", "/oauth/token", '"access_token":"',
        _0='"refresh_token":"').form(
        "refresh_token={0}", grant_type="refresh_token",
        client_id=client.client_id).write(home / "refresh")


def code(postern, home, _=0):
    """Authorize with a session and consent, and redeem, with PKCE: a flow is
    two requests."""
    stack = postern.stack
    client, user, browser = (stack.register_client(), stack.create_user(),
                             Browser(stack))
    get_code(stack, client, user, browser)
    verifier, challenge = pkce()
    return Script(postern.url).step(
        303, "GET", "/oauth/authorize?response_type=code"
        f"&client_id={client.client_id}&code_challenge={challenge}"
        "&code_challenge_method=S256&state=xyz", _0="code=").header(
        "Cookie", cookies_of(browser)).step(
        200, "POST", "/oauth/token", '"access_token":"').header(
        "Authorization", basic(client)).form(
        "code={0}", grant_type="authorization_code",
        code_verifier=verifier).write(home / "code")


def cookies_of(browser):
    return "; ".join(f"{c.name}={c.value}" for c in browser.cookies)


def sign_in(postern, home, _=0):
    """The sign-in page's form, filled in right: Argon2id each time."""
    stack = postern.stack
    client, user, browser = (stack.register_client(), stack.create_user(),
                             Browser(stack))
    page = browser.authorize(
        client_id=client.client_id, response_type="code", state="xyz",
        code_challenge=pkce()[1], code_challenge_method="S256")
    fields = hidden_fields(page.text)
    assert "form_token" in fields
    return Script(postern.url).step(
        303, "POST", urlsplit(urljoin(page.url, form_action(page.text))).path,
        "postern_session=").header("Cookie", cookies_of(browser)).form(
        **fields, username=user.username,
        password=user.password).write(home / "sign-in")


TOKENS = 512            # that are presented in turn, so that few are asked
                        # for twice at the same moment


def access_tokens(postern, home, client):
    """-> a file of as many, of one person and client."""
    stack = postern.stack
    kept = flow(stack, client)["refresh_token"]
    tokens = home / "access-tokens"
    tokens.write_text("".join(stack.token(
        client, grant_type="refresh_token",
        refresh_token=kept).json()["access_token"] + "\n"
        for _ in range(TOKENS)))
    return tokens


def bearer_script(postern, path, tokens):
    return Script(postern.url, each=tokens).step(
        200, "GET", "/api/me", '"username":"').header(
        "Authorization", "Bearer {0}").write(path)


def bearer(postern, home, _=0):
    """An access token is checked (RFC 6750)."""
    return bearer_script(postern, home / "me", access_tokens(
        postern, home, postern.stack.register_client()))


def introspection(postern, home, _=0):
    """RFC 7662, by the client that it was issued to."""
    client = postern.stack.register_client()
    tokens = access_tokens(postern, home, client)
    return Script(postern.url, each=tokens).step(
        200, "POST", "/oauth/introspect", '"active":true').header(
        "Authorization", basic(client)).form("token={0}").write(
        home / "introspect")


def probe(url, home, what):
    """What the probe is asked for: one search in its answer, too."""
    path = "/" + url.split("/", 3)[3]
    if what == "token":
        script = Script(url).step(200, "POST", path, '"access_token":"')
        return script.form(**OWN).write(home / f"probe{path.strip('/')}")
    return Script(url).step(200, "GET", path, '"username":"').write(
        home / "probe-check")


LIGHTTPD = {
    "token, client credentials": Scenario(token, "token"),
    "refresh with rotation": Scenario(refresh, "token"),
    "authorize + code + PKCE": Scenario(code, "token"),
    "bearer check, /api/me": Scenario(bearer, "check"),
    "introspection": Scenario(introspection, "check"),
    "JWT token, EdDSA": Scenario(jwt("EdDSA"), "token"),
    "JWT token, ES256": Scenario(jwt("ES256"), "token"),
    "JWT token, RS256": Scenario(jwt("RS256"), "token"),
    "sign-in, Argon2id": Scenario(sign_in, "token"),
}
NGINX = {
    "token, client credentials": Scenario(token, "token"),
    "bearer check, /api/me": Scenario(bearer, "check"),
    "introspection": Scenario(introspection, "check"),
}
CGI = {"token, client credentials": Scenario(token, "token")}

__all__ = ["CGI", "FORM", "LIGHTTPD", "NGINX", "Scenario", "bearer_script",
           "probe"]
