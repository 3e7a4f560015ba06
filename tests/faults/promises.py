"""promises - what an answer promises is there, looked up in the database and not
by the programs; what must always be so; and what a refusal may look like."""
import hashlib
import json
import re
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, urlsplit

from postern_stack import remember, secrets_used
from proxy import MARK

# What the world's faults are answered with: RFC 6749 sections 4.1.2.1 and 5.2.
TRANSIENT = {"temporarily_unavailable", "server_error"}


def hashed(text):
    return hashlib.sha256(urlsafe_b64decode(text[-43:] + "=")).digest()


def members(r):
    """What an answer hands out, by name, wherever it does."""
    to = urlsplit(r.headers.get("Location", ""))
    got = {k: v[0] for k, v in parse_qs(to.query or to.fragment).items()}
    if r.headers.get("Content-Type") == "application/json" and r.text:
        told = r.json()
        got |= told if isinstance(told, dict) else {}
    for cookie in r.cookies:
        if cookie.value and cookie.name.endswith("postern_session"):
            got["session"] = cookie.value
    return {k: v for k, v in got.items() if isinstance(v, str)}


def is_good(w, credential):
    [[said]] = w.stack.sql("SELECT oauth.explain(%s)", credential)
    return ": good" in said


def is_row(w, table, column, value):
    return bool(w.stack.sql(
        f"SELECT 1 FROM oauth.{table} WHERE {column} = %s", value))


def lives(w, token):
    """A JWT is kept nowhere; what it is of is."""
    if token.startswith("ey"):
        body = token.split(".")[1]
        said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return is_row(w, "client", "client_id", said["client_id"])
    return is_good(w, token)


# A member of an answer: does what it promises hold?
PROMISES = {
    "access_token": lives,
    "refresh_token": is_good,
    "code": is_good,
    "device_code": is_good,
    "session": lambda w, v: is_row(w, "session", "session_hash", hashed(v)),
    "request_uri": lambda w, v: is_row(
        w, "pushed_request", "request_hash", hashed(v)),
    "registration_access_token": lambda w, v: is_row(
        w, "client", "registration_access_token_hash", hashed(v)),
}


def body_of(request):
    body = request.body or b""
    if isinstance(body, bytes):
        body = body.decode()
    return {k: v[0] for k, v in parse_qs(body).items()}


def is_revoked(w, request):
    token = body_of(request)["token"]
    if token.startswith("ey"):
        body = token.split(".")[1]
        jti = json.loads(urlsafe_b64decode(body + "=="))["jti"]
        return is_row(w, "revoked_access_token", "jti_hash",
                      hashlib.sha256(jti.encode()).digest())
    return not is_good(w, token)


def bought_nothing(w, request):
    """What a code bought, or a refresh token is of, was revoked."""
    sent = body_of(request)
    table, column, text = (
        ("authorization_code", "code_hash", sent["code"])
        if "code" in sent else
        ("refresh_token", "token_hash", sent["refresh_token"]))
    return bool(w.stack.sql(
        f"SELECT 1 FROM oauth.{table} t JOIN oauth.authorization_grant z"
        " USING (authorization_id) WHERE z.revoked_at IS NOT NULL"
        f" AND t.{column} = %s", hashed(text)))


def counted(w, request):
    [[n]] = w.stack.sql("SELECT failures FROM oauth.authorization_code"
                        " WHERE code_hash = %s",
                        hashed(body_of(request)["code"]))
    return n > 0


def signed_out(w, request):
    cookie = re.search("postern_session=([^;]*)", request.headers["Cookie"])
    return not is_row(w, "session", "session_hash", hashed(cookie.group(1)))


def last_segment(request):
    return urlsplit(request.url).path.rsplit("/", 1)[1]


def decided(w, request):
    return bool(w.stack.sql(
        "SELECT 1 FROM oauth.device_code WHERE decision = 'allowed'"
        " AND decided_at > now() - interval '30 seconds'"))


# A flow that is answered as it should be has done this.
DEEDS = {
    "code_used_again": bought_nothing,
    "refresh_used_again": bought_nothing,
    "code_with_wrong_verifier": counted,
    "revoke": is_revoked,
    "revoke_refresh_token": is_revoked,
    "revoke_jwt": is_revoked,
    "logout": signed_out,
    "logout_with_frames": signed_out,
    "logout_agreed_to": signed_out,
    "device_decision": decided,
    "registration_replace": lambda w, request: bool(w.stack.sql(
        "SELECT 1 FROM oauth.client WHERE client_id = %s"
        " AND client_name = 'Another'", last_segment(request))),
    "registration_delete": lambda w, request: not is_row(
        w, "client", "client_id", last_segment(request)),
}


def broken(w, flow, request, r):
    """What a good answer promises, and is not so."""
    for name, value in members(r).items():
        if name in PROMISES:
            remember(value)
            if not PROMISES[name](w, value):
                yield f"{name} was given, and is not there"
    deed = DEEDS.get(flow.name)
    if deed and not deed(w, request):
        yield "it was answered, and not done"


def unfit(r):
    """Why it is no refusal that a passing fault may be answered with."""
    got = members(r)
    handed = set(PROMISES) & set(got)
    if handed:
        return f"it hands out {handed}"
    if r.status_code == 303:
        ok = got.get("error") in TRANSIENT
    else:
        ok = r.status_code == 503 and "Retry-After" in r.headers and (
            got.get("error") in TRANSIENT or
            r.headers["Content-Type"].startswith("text/html"))
    return None if ok else f"it is neither good nor a 503: {said(r)}"


def said(r):
    text = f"{r.status_code} {r.headers.get('Location', '')} {r.text[:300]}"
    for value in secrets_used:
        if len(value) > 6:
            text = text.replace(value, "...")
    return text


# At any time, whatever was killed or lost: each gives no row.
INVARIANTS = {
    "a spent code has one grant": """
        SELECT code_hash FROM oauth.authorization_code d
         WHERE redeemed_at IS NOT NULL AND 1 <> (SELECT count(*)
               FROM oauth.authorization_grant z
              WHERE z.authorization_id = d.authorization_id)""",
    "a grant is of one code": """
        SELECT authorization_id FROM oauth.authorization_code
         WHERE authorization_id IS NOT NULL
         GROUP BY authorization_id HAVING count(*) > 1""",
    "a grant of a code is of a spent one": """
        SELECT z.authorization_id FROM oauth.authorization_grant z
         WHERE z.grant_type = 'authorization_code' AND NOT EXISTS (
               SELECT FROM oauth.authorization_code d
                WHERE d.authorization_id = z.authorization_id
                  AND d.redeemed_at IS NOT NULL)""",
    "one refresh token of a grant has no successor": """
        SELECT authorization_id FROM oauth.refresh_token
         GROUP BY authorization_id
        HAVING count(*) FILTER (WHERE rotated_at IS NULL) <> 1""",
    "a refresh token that was used has its successor": """
        SELECT authorization_id FROM oauth.refresh_token
         GROUP BY authorization_id
        HAVING count(*) FILTER (WHERE rotated_at IS NOT NULL)
               <> count(*) - 1""",
    "no token without its grant": """
        SELECT t.authorization_id FROM (
               SELECT authorization_id FROM oauth.access_token
                UNION SELECT authorization_id FROM oauth.refresh_token) t
         WHERE t.authorization_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM oauth.authorization_grant z
                WHERE z.authorization_id = t.authorization_id)""",
    "a spent device code has one grant": """
        SELECT device_code_hash FROM oauth.device_code d
         WHERE redeemed_at IS NOT NULL AND 1 <> (SELECT count(*)
               FROM oauth.authorization_grant z
              WHERE z.authorization_id = d.authorization_id)""",
}


def violated(stack):
    return [name for name, query in INVARIANTS.items() if stack.sql(query)]


def told(text):
    """What text has that only the server's own log may."""
    return [v for v in {MARK, *secrets_used}
            if len(set(v)) >= 6 and v in text]
