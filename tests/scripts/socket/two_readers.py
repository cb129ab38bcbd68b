# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks read from one socket: each message goes to one of them, and none is lost.
# hooks: recv
# expect: parked parked
# expect: ['one', 'two']
# expect: reader and writer: b'answer' 3000000
import socket

import greenhost

here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
tasks = [greenhost.spawn(here.recv, 10) for _ in range(2)]
greenhost.checkpoint()
print(*(task.state for task in tasks))
there.send(b"one")
greenhost.checkpoint()
there.send(b"two")
print(sorted(task.result().decode() for task in tasks))

here, there = socket.socketpair()
reader = greenhost.spawn(here.recv, 10)
writer = greenhost.spawn(here.send, bytes(3_000_000))
greenhost.checkpoint()
there.send(b"answer")
while writer.state != "done":
    there.recv(1_000_000)
print("reader and writer:", reader.result(), writer.result())
