# SPDX-License-Identifier: MIT OR Apache-2.0
from cheroot.wsgi import Server
from meet import JOBS, app, tell

server = Server(("127.0.0.1", 0), app, numthreads=JOBS, request_queue_size=JOBS, timeout=60)
server.prepare()
tell(server.bind_addr[1])
server.serve()
