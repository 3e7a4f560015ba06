"""cgi - the request of a flow as a plain CGI program has it (RFC 3875)."""
import subprocess
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import requests

PATHS = {
    "authorize": ("/oauth/authorize", "/oauth/sign-in", "/oauth/consent",
                  "/oauth/create-account", "/oauth/device",
                  "/oauth/device/qr", "/oauth/logout"),
    "resource": ("/api/me", "/oauth/userinfo"),
    "metadata": ("/oauth/jwks", "/.well-known/openid-configuration",
                 "/health"),
}
HEADERS = {"Authorization": "HTTP_AUTHORIZATION", "Cookie": "HTTP_COOKIE",
           "Accept": "HTTP_ACCEPT", "Origin": "HTTP_ORIGIN",
           "Content-Type": "CONTENT_TYPE"}


def program_of(request):
    path = urlsplit(request.url).path
    for program, paths in PATHS.items():
        if path in paths:
            return program
    return "token"


def body_of(request):
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


def environment(request):
    url = urlsplit(request.url)
    env = {"REQUEST_METHOD": request.method, "SCRIPT_NAME": url.path,
           "QUERY_STRING": url.query, "REMOTE_ADDR": "127.0.0.1",
           "CONTENT_LENGTH": str(len(body_of(request)))}
    return env | {name: request.headers[header] for header, name
                  in HEADERS.items() if header in request.headers}


def configured(stack):
    """The programs' settings, to PostgreSQL without a proxy between."""
    path = Path(stack.state) / "direct.conf"
    if not path.exists():
        path.write_text(
            f"POSTERN_DATABASE=host='{stack.cluster.home}/pgrun' port=5432"
            f" dbname={stack.database}\nPOSTERN_KEY_FILE={stack.state}/key\n",
            encoding="utf-8")
    return {"POSTERN_CONFIG": str(path)}


def run(stack, request, **env):
    """-> the program's end: returncode, stdout, stderr."""
    program = Path(stack.state) / "bin" / program_of(request)
    return subprocess.run(
        [program], input=body_of(request), capture_output=True, timeout=30,
        check=False, env={**configured(stack), **environment(request), **env})


def parse(text):
    """What it printed, as requests would have it; None where it is cut off."""
    head, end, body = text.partition(b"\r\n\r\n")
    if not end:
        return None
    r = requests.Response()
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "Set-Cookie":
            for morsel in SimpleCookie(value).values():
                r.cookies.set(morsel.key, morsel.value)
        r.headers[name] = value
    r.status_code = int(r.headers["Status"].split()[0])
    r.encoding = "utf-8"
    r._content = body   # pylint: disable=protected-access
    length = r.headers.get("Content-Length")
    return None if length and len(body) < int(length) else r
