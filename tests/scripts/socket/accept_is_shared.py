# SPDX-License-Identifier: MIT OR Apache-2.0
# A listener shared with another process, which takes many of the connections that poll announces
# here.  The loop is never held up by one that was taken, which would be for ever.
# hooks: accept4
# expect: 300 answered
import os
import socket

import greenhost

CLIENTS = 300
listener = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)


def serve():
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.send(b"x")


child = os.fork()
if child == 0:
    try:
        serve()
    finally:
        os._exit(1)

tasks = [greenhost.spawn(serve), greenhost.spawn(serve)]
answers = 0
for _ in range(CLIENTS):
    with socket.create_connection(listener.getsockname()) as client:
        answers += client.recv(10) == b"x"
print(answers, "answered")
os.kill(child, 9)
os.waitpid(child, 0)
for task in tasks:
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled:
        pass
