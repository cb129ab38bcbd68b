# SPDX-License-Identifier: MIT OR Apache-2.0
# A blocking send returns only when it has sent everything, parking each time the buffer is full.
# hooks: send
# expect: main goes on
# expect: sent 5000000
# expect: received 5000000 True
import socket

import greenhost

DATA = bytes(range(250)) * 20_000
here, there = socket.socketpair()


def send():
    print("sent", here.send(DATA))
    here.close()


task = greenhost.spawn(send)
greenhost.checkpoint()
print("main goes on")
received = b"".join(iter(lambda: there.recv(70_001), b""))
print("received", len(received), received == DATA)
