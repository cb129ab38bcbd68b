# SPDX-License-Identifier: MIT OR Apache-2.0
"""An echo server in plain, blocking Python.

    blocking.py task|thread|greenlet

task: a task of greenhost for each connection; thread: an OS thread; greenlet: one of gevent's, with
everything patched.
"""

import sys

kind = sys.argv[1]
if kind == "greenlet":
    import gevent.monkey

    gevent.monkey.patch_all()
    from gevent import spawn
elif kind == "task":
    from greenhost import spawn
else:
    from _thread import start_new_thread

    def spawn(function, *args):
        start_new_thread(function, args)


import socket


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        spawn(serve, listener.accept()[0])
