"""scenarios - what is asked for: each a script for wrk, and its URL."""
import base64
import json
from urllib.parse import urlencode

from postern_stack import Browser, flow, get_code, pkce, redeem

FORM = "application/x-www-form-urlencoded"


def lua(text):
    return json.dumps(text)


def post(path, url, body, client=None):
    """The same POST again and again."""
    lines = [f'wrk.method = "POST"\nwrk.body = {lua(urlencode(body))}\n'
             f'wrk.headers["Content-Type"] = "{FORM}"\n']
    if client:
        basic = base64.b64encode(
            f"{client.client_id}:{client.client_secret}".encode()).decode()
        lines.append(f'wrk.headers["Authorization"] = "Basic {basic}"\n')
    path.write_text("".join(lines))
    return url, path


# Tokens that are rotated: whoever gets an answer leaves its successor, and the
# next request takes the oldest.  With more of them than connections, none is
# asked for twice.
ROTATE = """
local pool, first, last = {}, 1, 0
local file = io.open(%s)
local mine = 0
function setup(thread)
  thread:set("id", counter); counter = counter + 1
end
counter = 0
function init(args)
  local n = 0
  for line in file:lines() do
    if n %% 2 == (id or 0) %% 2 then last = last + 1; pool[last] = line end
    n = n + 1
  end
end
function request()
  local token = pool[first]
  pool[first] = nil; first = first + 1
  return wrk.format("POST", nil, {["Content-Type"] = "%s"},
    %s .. token)
end
function response(status, headers, body)
  local token = body:match('"refresh_token":"([^"]+)"')
  if status ~= 200 or not token then print("bad: " .. body); return end
  last = last + 1; pool[last] = token
end
"""

# A code, and its redemption: by turns.
CODE = """
local codes, first, last = {}, 1, 0
function request()
  if first <= last then
    local code = codes[first]
    codes[first] = nil; first = first + 1
    return wrk.format("POST", "/oauth/token", {["Content-Type"] = "%s",
      ["Authorization"] = %s}, %s .. code)
  end
  return wrk.format("GET", %s, {["Cookie"] = %s})
end
function response(status, headers, body)
  local location = headers["Location"]
  if location then
    local code = location:match("code=([^&]+)")
    if not code then print("bad: " .. location); return end
    last = last + 1; codes[last] = code
  elseif status ~= 200 then
    print("bad: " .. body)
  end
end
"""


def rotation(path, stack, connections=64):
    """Refresh with rotation, of a public client."""
    client = stack.register_client(token_endpoint_auth_method="none")
    user, browser = stack.create_user(), Browser(stack)
    tokens = []
    for _ in range(connections * 2):
        code, verifier, _ = get_code(stack, client, user, browser)
        tokens.append(redeem(stack, client, code, verifier).json()[
            "refresh_token"])
    pool = path.with_suffix(".pool")
    pool.write_text("\n".join(tokens) + "\n")
    body = urlencode({"grant_type": "refresh_token",
                      "client_id": client.client_id}) + "&refresh_token="
    path.write_text(ROTATE % (lua(str(pool)), FORM, lua(body)))
    return stack.url + "/oauth/token", path


def code_flow(path, stack):
    """Authorize with a session and consent, and redeem; two requests."""
    client, user, browser = (stack.register_client(), stack.create_user(),
                             Browser(stack))
    get_code(stack, client, user, browser)
    verifier, challenge = pkce()
    cookie = "; ".join(f"{c.name}={c.value}" for c in browser.cookies)
    basic = "Basic " + base64.b64encode(
        f"{client.client_id}:{client.client_secret}".encode()).decode()
    ask = "/oauth/authorize?" + urlencode({
        "client_id": client.client_id, "response_type": "code",
        "code_challenge": challenge, "code_challenge_method": "S256"})
    body = urlencode({"grant_type": "authorization_code",
                      "code_verifier": verifier}) + "&code="
    path.write_text(CODE % (FORM, lua(basic), lua(body), lua(ask),
                            lua(cookie)))
    return stack.url, path


def bearer(path, stack, token):
    path.write_text(f'wrk.headers["Authorization"] = "Bearer {token}"\n')
    return stack.url + "/api/me", path


def all_of(stack, home):
    """-> {name: (url, script)}."""
    token_url = stack.url + "/oauth/token"
    own = {"grant_type": "client_credentials", "scope": "profile"}
    client = stack.register_client()
    tokens = flow(stack, client)
    made = {
        "token, client credentials": post(
            home / "token.lua", token_url, own, client),
        "refresh with rotation": rotation(home / "refresh.lua", stack),
        "authorize + code + PKCE": code_flow(home / "code.lua", stack),
        "bearer check, /api/me": bearer(
            home / "me.lua", stack, tokens["access_token"]),
        "introspection": post(
            home / "introspect.lua", stack.url + "/oauth/introspect",
            {"token": tokens["access_token"]}, client),
    }
    for alg in "EdDSA", "ES256", "RS256":
        jwt = stack.register_client(access_token_format="jwt",
                                    access_token_signed_response_alg=alg)
        made[f"JWT token, {alg}"] = post(
            home / f"{alg}.lua", token_url, own, jwt)
    return made
