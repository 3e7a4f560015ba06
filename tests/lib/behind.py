"""behind - an application behind an Apache, which says what it was sent."""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from relying_party import MODULES


class Application(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802  pylint: disable=invalid-name
        self.send_response(200)
        self.end_headers()
        self.wfile.write("".join(
            f"{name}={value}\n" for name, value in self.headers.items()
        ).encode())

    def log_message(self, *args):  # pylint: disable=arguments-differ
        pass


class Behind:
    """with Behind(path) as directives: they make Apache pass it on."""

    def __init__(self, path):
        self.path = path
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return [*(f"LoadModule {m}_module {MODULES}/mod_{m}.so"
                  for m in ("proxy", "proxy_http")),
                f"ProxyPass {self.path} "
                f"http://127.0.0.1:{self.server.server_port}/"]

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
