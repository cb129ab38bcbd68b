# SPDX-License-Identifier: MIT OR Apache-2.0
"""A web server that is made of threads, as its authors wrote it, with a page of a few bytes.

    web.py http.server|cheroot|waitress|gthread|gevent CLIENTS

The last two are gunicorn's workers.  Prints the port, and the process that serves.
"""

import os
import resource
import sys

kind, clients = sys.argv[1], int(sys.argv[2])
BODY = b"Hello, world!"
BACKLOG = 4096
_soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tell(port):
    print(port, os.getpid(), flush=True)


def app(environ, start_response):
    start_response("200 OK", [("Content-Length", str(len(BODY))), ("Content-Type", "text/plain")])
    return [BODY]


def http_server():
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # which keeps connections
        disable_nagle_algorithm = True  # it sends the head and the body one after the other

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = BACKLOG

    with Server(("127.0.0.1", 0), Handler) as server:
        tell(server.server_address[1])
        server.serve_forever()


def cheroot():
    from cheroot.wsgi import Server

    server = Server(("127.0.0.1", 0), app, numthreads=clients, request_queue_size=BACKLOG)
    server.keep_alive_conn_limit = clients
    server.prepare()
    tell(server.bind_addr[1])
    server.serve()


def waitress():
    import logging

    from waitress import create_server

    # It warns of requests that wait for a thread.
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    server = create_server(
        app,
        host="127.0.0.1",
        port=0,
        threads=clients,
        connection_limit=clients + 100,
        backlog=BACKLOG,
        asyncore_use_poll=True,  # select ends at descriptor 1023
    )
    tell(server.effective_port)
    server.run()


def gunicorn():
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):
        def load_config(self):
            settings = {
                "bind": "127.0.0.1:0",
                "worker_class": kind,
                "threads": clients if kind == "gthread" else 1,
                "worker_connections": 2 * clients,
                "backlog": BACKLOG,
                "keepalive": 60,
                "loglevel": "critical",
                "post_worker_init": lambda worker: tell(worker.sockets[0].getsockname()[1]),
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self):
            return app

    Application().run()


{"http.server": http_server, "cheroot": cheroot, "waitress": waitress}.get(kind, gunicorn)()
