# SPDX-License-Identifier: MIT OR Apache-2.0
# A refused connection is reported, and the socket is good for another attempt.
# hooks: connect
# expect: ECONNREFUSED
# expect: connected
# expect: datagrams need no peer
# expect: ENOENT
import errno
import os
import socket

import greenhost

listener = socket.create_server(("127.0.0.1", 0))
with socket.create_server(("127.0.0.1", 0)) as gone:
    nobody = gone.getsockname()


def run():
    client = socket.socket()
    print(errno.errorcode[client.connect_ex(nobody)])
    client.connect(listener.getsockname())
    print("connected")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(nobody)
    print("datagrams need no peer")
    with socket.socket(socket.AF_UNIX) as one:
        print(errno.errorcode[one.connect_ex(os.path.abspath("nothing"))])


greenhost.spawn(run).join()
