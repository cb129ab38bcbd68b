# SPDX-License-Identifier: MIT OR Apache-2.0
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from meet import JOBS, meet, tell


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = meet().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = JOBS


with Server(("127.0.0.1", 0), Handler) as server:
    tell(server.server_address[1])
    server.serve_forever()
