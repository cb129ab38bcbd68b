# SPDX-License-Identifier: MIT OR Apache-2.0
from wsgiref.simple_server import make_server

from meet import app, tell
from wsgiref_server_class import Handler, Server

with make_server("127.0.0.1", 0, app, Server, Handler) as server:
    tell(server.server_address[1])
    server.serve_forever()
