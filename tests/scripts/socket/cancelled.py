# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task raises in the very call that it is blocked in.
# hooks: recv recvfrom recvmsg send accept4
# expect: recv cancelled
# expect: recvfrom cancelled
# expect: recvmsg cancelled
# expect: sendall cancelled
# expect: accept cancelled
# expect: the socket still works: b'hello'
import socket

import greenhost

here, there = socket.socketpair()
listener = socket.create_server(("127.0.0.1", 0))


def cancel(name, function, *args):
    task = greenhost.spawn(function, *args)
    greenhost.checkpoint()
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled:
        print(name, "cancelled")


cancel("recv", here.recv, 10)
cancel("recvfrom", here.recvfrom, 10)
cancel("recvmsg", here.recvmsg, 10)
cancel("sendall", here.sendall, bytes(5_000_000))
cancel("accept", listener.accept)
there.send(b"hello")
print("the socket still works:", here.recv(10))
