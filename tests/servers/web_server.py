# SPDX-License-Identifier: MIT OR Apache-2.0
"""A slow HTTPS server, run by python3: web_server.py CERTIFICATE PORT_FILE.

GET /sleep?seconds=S&word=W answers W after S seconds, and POST /echo what was sent.
"""

import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer goes out in two pieces; the second need not wait until the first has been seen.
    disable_nagle_algorithm = True

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        time.sleep(float(query["seconds"][0]))
        self.answer(query["word"][0].encode())

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_):
        """A line for each request is of no use."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)

    def finish_request(self, request, client_address):
        """In the thread of the request, so that a slow handshake holds up nobody else."""
        with self.context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)


if __name__ == "__main__":
    with Server(sys.argv[1]) as server:
        Path(sys.argv[2]).write_text(str(server.server_port))
        server.serve_forever()
