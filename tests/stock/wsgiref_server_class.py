# SPDX-License-Identifier: MIT OR Apache-2.0
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from meet import JOBS


class Handler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Server(ThreadingMixIn, WSGIServer):
    request_queue_size = JOBS
    daemon_threads = True
