"""town - who there is: the front ends, clients of each kind, and people."""
import ctypes
import ctypes.util
import itertools
import json
import secrets
import time
from collections import deque, namedtuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey)
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)

from client_jwt import b64
from device import GRANT as DEVICE
from ledger import Ledger
from wire import Pool

CB = "https://client.test/cb"
PASSWORD = "all the crowd's " + secrets.token_hex(4)

User = namedtuple("User", "username sub")
Clients = namedtuple("Clients", "plain jwt api public bound device keyed")


def cheap_hash(password):
    """Argon2id at the least cost there is: the crowd is to wear out the
    database, and not the processor."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    out = ctypes.create_string_buffer(128)
    assert sodium.crypto_pwhash_str_alg(
        out, password.encode(), ctypes.c_ulonglong(len(password)),
        ctypes.c_ulonglong(1), ctypes.c_size_t(8192), 2) == 0
    return out.value.decode()


class World:
    """Two front ends, the clients and people, and the present ledger."""

    def __init__(self, fronts, seed, people=24):
        self.stack, self.seed = fronts[0], seed
        self.fronts = fronts
        self.ledger = Ledger()
        self.recent = deque(maxlen=2000)    # tokens, to look at again
        self.numbers = itertools.count()
        self.key = Ed25519PrivateKey.generate()
        self.clients = self.register()
        hashed = cheap_hash(PASSWORD)
        self.users = [User(name, self.stack.sql(
            "SELECT oauth.create_user(%s, %s, '{}')", name, hashed)[0][0])
            for name in (f"crowd-{i}" for i in range(people))]

    def register(self):
        """One of each kind; all may be looked at by one resource server."""
        add = self.stack.register_client
        api = add(client_name="api")
        aud = {"audience": [api.client_id], "redirect_uris": [CB],
               "scope": "openid profile email"}
        public = {**aud, "token_endpoint_auth_method": "none"}
        raw = self.key.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw)
        return Clients(
            plain=add(**aud), api=api,
            jwt=add(access_token_format="jwt",
                    access_token_signed_response_alg="EdDSA", **aud),
            public=add(**public), bound=add(**public),
            device=add(**{**public, "redirect_uris": []}, response_types=[],
                       grant_types=[DEVICE, "refresh_token"]),
            keyed=add(token_endpoint_auth_method="private_key_jwt", jwks={
                "keys": [{"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}]},
                **aud))

    def new_page(self):
        """A new ledger; what older ones hold is not known to it."""
        [[since]] = self.stack.sql("SELECT clock_timestamp()::text")
        self.ledger = Ledger(since)
        self.recent.clear()

    def connect(self):
        self.pools = [Pool(front.port) for front in self.fronts]

    def disconnect(self):
        for pool in self.pools:
            pool.close()

    def assertion(self):
        """-> a new one, its jti."""
        at, jti = int(time.time()), secrets.token_hex(12)
        client_id = self.clients.keyed.client_id
        said = b64('{"alg":"EdDSA"}') + "." + b64(json.dumps({
            "iss": client_id, "sub": client_id, "aud": self.stack.url,
            "iat": at, "exp": at + 300, "jti": jti}))
        return said + "." + b64(self.key.sign(said.encode())), jti
