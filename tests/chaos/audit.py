"""audit - what the database holds, beside what clients were told."""
from collections import Counter, defaultdict

from ledger import NO, UNKNOWN, YES
from verdict import digest


def known(stack, table, column, digests):
    """-> {digest: row} of those that have one; columns by name."""
    rows = stack.sql(
        f"SELECT encode(t.{column}, 'hex'), to_json(t)"
        f" FROM unnest(%s::text[]) h JOIN oauth.{table} t"
        f" ON t.{column} = decode(h, 'hex')", list(digests))
    found = defaultdict(list)
    for name, row in rows:
        found[name].append(row)
    return found


class Audit:
    """-> .broken, a list of sentences; .checked, how many rows."""

    def __init__(self, stack, verdict, clients):
        self.stack, self.verdict, self.clients = stack, verdict, clients
        self.broken, self.checked = [], 0
        self.tokens("pat", "access_token")
        self.tokens("prt", "refresh_token")
        self.codes("pac", "authorization_code", "code_hash")
        self.codes("pdc", "device_code", "device_code_hash")
        self.sessions()
        self.counts()
        self.whole()

    def accuse(self, sentence):
        self.broken.append("in the database: " + sentence)

    def tokens(self, kind, table):
        """No 200 without its commit."""
        told = {digest(t): t for t in self.verdict.tokens
                if t.startswith(kind)}
        rows = known(self.stack, table, "token_hash", told)
        self.checked += len(told)
        for name, token in told.items():
            if len(rows[name]) != 1:
                self.accuse(f"{len(rows[name])} rows of a token that was "
                            f"told with 200: {token}")
            elif kind == "pat":
                self.revoked(token, rows[name][0]["revoked_at"] is not None)
            else:
                self.rotated(token, rows[name][0]["rotated_at"] is not None)

    def revoked(self, token, is_revoked):
        ends = self.verdict.tokens[token].ends
        if is_revoked and not ends:
            self.accuse(f"revoked, and nobody asked for that: {token}")
        if not is_revoked and any(certain for _, _, certain in ends):
            self.accuse(f"the revocation that was told is not there: {token}")

    def rotated(self, token, is_rotated):
        """Confidential clients keep theirs, and spend nothing."""
        client = self.verdict.client_of(token)
        if client in (self.clients.plain.client_id, None):
            return
        spent = self.verdict.spent(token)
        if (is_rotated and spent == NO) or (not is_rotated and spent == YES):
            self.accuse(f"a refresh token spent: {spent}, rotated: "
                        f"{is_rotated}: {token}")

    def codes(self, kind, table, column):
        told = {digest(c): c for c in self.verdict.born if c.startswith(kind)}
        rows = known(self.stack, table, column, told)
        self.checked += len(told)
        for name, code in told.items():
            if len(rows[name]) != 1:
                self.accuse(f"{len(rows[name])} rows of a code that was "
                            f"told: {code}")
                continue
            spent = self.verdict.spent(code)
            redeemed = rows[name][0]["redeemed_at"] is not None
            if (redeemed and spent == NO) or (not redeemed and spent == YES):
                self.accuse(f"a code spent: {spent}, redeemed: {redeemed}: "
                            f"{code}")

    def sessions(self):
        told = {digest(s): s for s in self.verdict.sessions}
        rows = known(self.stack, "session", "session_hash", told)
        self.checked += len(told)
        for name, session in told.items():
            ends = self.verdict.sessions[session].ends
            if rows[name] and any(certain for _, _, certain in ends):
                self.accuse(f"a session after its sign-out: {session}")
            if not rows[name] and not ends:
                self.accuse(f"a session that nobody ended is gone: {session}")

    def counts(self):
        """Nothing twice: of each request to a client at most one token."""
        asked = Counter()
        for subject, attempts in self.verdict.issues.items():
            if subject[:3] in ("cc:", "jti"):
                outcomes = {e.outcome for e in attempts}
                client = attempts[0].got.client
                asked[client, "least"] += YES in outcomes
                asked[client, "most"] += bool(outcomes & {YES, UNKNOWN})
        for client in (self.clients.plain, self.clients.keyed):
            [[rows]] = self.stack.sql(
                "SELECT count(*) FROM oauth.access_token"
                " WHERE client_id = %s AND user_id IS NULL"
                " AND issued_at > %s", client.client_id,
                self.verdict.since or "-infinity")
            least, most = (asked[client.client_id, w]
                           for w in ("least", "most"))
            if not least <= rows <= most:
                self.accuse(f"{rows} tokens of a client that may have "
                            f"between {least} and {most}")

    def whole(self):
        """What holds of all rows, whoever was told what."""
        for sentence, query in WHOLE.items():
            [[n]] = self.stack.sql(f"SELECT count(*) FROM ({query}) q")
            if n:
                self.accuse(f"{n} times: {sentence}")


WHOLE = {
    "a grant of a code that no code, or more than one, has bought":
    "SELECT z.authorization_id FROM oauth.authorization_grant z"
    "  LEFT JOIN oauth.authorization_code d USING (authorization_id)"
    " WHERE z.grant_type = 'authorization_code'"
    " GROUP BY 1 HAVING count(d.code_hash) <> 1",
    "a grant of a device that no device code has bought":
    "SELECT z.authorization_id FROM oauth.authorization_grant z"
    "  LEFT JOIN oauth.device_code d USING (authorization_id)"
    " WHERE z.grant_type LIKE '%device_code'"
    " GROUP BY 1 HAVING count(d.device_code_hash) <> 1",
    "a spent code without the grant that it bought":
    "SELECT FROM oauth.authorization_code d"
    "  LEFT JOIN oauth.authorization_grant z USING (authorization_id)"
    " WHERE d.redeemed_at IS NOT NULL AND z.authorization_id IS NULL",
    "not one successor for each refresh token that was spent":
    "SELECT authorization_id FROM oauth.refresh_token GROUP BY 1"
    " HAVING count(*) <> count(rotated_at) + 1",
    "a token under a grant that is not there":
    "SELECT FROM oauth.access_token t"
    "  LEFT JOIN oauth.authorization_grant z USING (authorization_id)"
    " WHERE t.user_id IS NOT NULL AND z.authorization_id IS NULL",
    "a pushed request that gave several codes":
    "SELECT nonce FROM oauth.authorization_code WHERE nonce IS NOT NULL"
    " GROUP BY 1 HAVING count(*) > 1",
}
