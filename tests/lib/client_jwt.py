"""client_jwt - what a client signs itself, and where its keys are to be had."""
import base64
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jwcrypto import jwk, jws
from postern_stack import remember

ALGS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


def b64(text):
    if isinstance(text, str):
        text = text.encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def new_key(kty="EC", **kw):
    kw = {"EC": {"crv": "P-256"}, "RSA": {"size": 2048},
          "OKP": {"crv": "Ed25519"}}[kty] | kw
    return jwk.JWK.generate(kty=kty, kid=secrets.token_hex(8), **kw)


def public(*keys):
    return {"keys": [k.export_public(as_dict=True) for k in keys]}


def sign(key, payload, alg="ES256", **header):
    """A compact JWS over claims (a dict), or over a payload as it stands."""
    if not isinstance(payload, (str, bytes)):
        payload = json.dumps(payload)
    token = jws.JWS(payload)
    token.allowed_algs = [*ALGS, "HS256", "ES384", "RS512"]
    head = {"alg": alg, "kid": key.get("kid"), **header}
    token.add_signature(key, None, json.dumps(
        {k: v for k, v in head.items() if v is not None}))
    made = token.serialize(compact=True)
    remember(made)
    return made


class Host:
    """Somebody's web server on this machine: .url, .hits, and .answer, what it
    says: (status, headers, body), or a function of the request handler."""

    def __init__(self, context=None):
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                host.hits.append(self.path)
                if callable(host.answer):
                    host.answer(self)
                    return
                status, headers, body = host.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.hits, self.answer = [], (404, {}, b"")

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.base = f"http{'s' * bool(context)}://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def keys(self, *keys, **headers):
        self.answer = (200, {"Content-Type": "application/json", **headers},
                       json.dumps(public(*keys)).encode())

    def close(self):
        self.server.shutdown()
        self.server.server_close()
