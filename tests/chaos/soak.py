"""soak - the same good requests over and over, by wrk, and what the programs
hold meanwhile."""
import asyncio
import json
import re
import subprocess
from base64 import b64encode
from collections import namedtuple
from urllib.parse import urlencode

from postern_stack import Browser, flow, get_code, pkce, remember
from processes import PROGRAMS, descriptors, programs_of, pss
from town import CB

# Whoever answers anything else is said so; the requests go round.
SCRIPT = """
local requests, turn = {}, 0
function init(args)
  for _, r in ipairs(%s) do
    requests[#requests + 1] = wrk.format(r[1], r[2], r[3], r[4])
  end
end
function request()
  turn = turn %% #requests + 1
  return requests[turn]
end
function response(status, headers, body)
  if status ~= 200 and status ~= 201 and status ~= 303 then
    print("bad: " .. status .. " " .. body)
  end
end
"""

# At rest, after so many requests: PSS in KiB and descriptors by program, and
# PostgreSQL's connections.
Sample = namedtuple("Sample", "requests pss descriptors connections")


def lua(value):
    """A table of strings and tables, as Lua spells it."""
    if isinstance(value, dict):
        return "{" + ", ".join(
            f"[{json.dumps(k)}] = {lua(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(map(lua, value)) + "}"
    return "nil" if value is None else json.dumps(value)


def post(path, form, client=None):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if client:
        headers["Authorization"] = "Basic " + b64encode(
            ":".join(client).encode()).decode()
    return ["POST", path, headers, urlencode(form)]


def mix(stack):
    """Requests that can be repeated for ever, to every program."""
    plain = stack.register_client(redirect_uris=[CB],
                                  scope="openid profile email")
    jwts = [stack.register_client(
        access_token_format="jwt", access_token_signed_response_alg=alg)
        for alg in ("EdDSA", "ES256")]
    device = stack.register_client(
        redirect_uris=[], response_types=[], client_name="Television",
        grant_types=["urn:ietf:params:oauth:grant-type:device_code"],
        token_endpoint_auth_method="none")
    user, browser = stack.create_user(), Browser(stack)
    tokens = flow(stack, plain, user, browser, scope="openid profile",
                  redirect_uri=CB)
    over = flow(stack, plain, user, browser, redirect_uri=CB)
    bearer = {"Authorization": "Bearer " + tokens["access_token"]}
    ask = {"client_id": plain.client_id, "response_type": "code",
           "redirect_uri": CB, "code_challenge": pkce()[1],
           "code_challenge_method": "S256", "scope": "openid profile"}
    cookie = "; ".join(f"{c.name}={c.value}" for c in browser.cookies)
    remember(*browser.cookies.values())
    own = {"grant_type": "client_credentials", "scope": "profile"}
    authorize = "/oauth/authorize?" + urlencode(ask)
    get_code(stack, plain, user, browser, redirect_uri=CB)
    return [
        *[post("/oauth/token", own, plain)] * 4,
        *(post("/oauth/token", own, c) for c in jwts),
        post("/oauth/token", {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"]}, plain),
        *[post("/oauth/introspect", {
            "token": tokens["access_token"]}, plain)] * 3,
        post("/oauth/revoke", {"token": over["access_token"]}, plain),
        post("/oauth/par", ask, plain),
        post("/oauth/device_authorization", {"client_id": device.client_id}),
        *[["GET", "/api/me", bearer]] * 4,
        ["GET", "/oauth/userinfo", bearer],
        ["GET", authorize, {}],
        ["GET", authorize, {"Cookie": cookie}],
        ["GET", "/oauth/jwks", {}], ["GET", "/health", {}],
        ["GET", "/.well-known/openid-configuration", {}],
    ]


def write_script(path, stack):
    path.write_text(SCRIPT % lua(mix(stack)))
    return path


async def wrk(stack, script, seconds, connections):
    """-> how many requests; every answer has been a good one."""
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "20",
        "-s", str(script), stack.url, stdout=subprocess.PIPE)
    out = (await process.communicate())[0].decode()
    assert process.returncode == 0 and "bad: " not in out \
        and "Socket errors" not in out, out[-2000:]
    return int(re.search(r"(\d+) requests in", out).group(1))


def sample(fronts, requests):
    held = [p for front in fronts for p in programs_of(front)]
    [[connections]] = fronts[0].sql(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE usename LIKE 'postern\\_%'")

    def of(measure):
        return {name: sum(measure(p.pid) for p in held if p.program == name)
                for name in PROGRAMS}

    return Sample(requests, of(pss), of(descriptors), connections)
