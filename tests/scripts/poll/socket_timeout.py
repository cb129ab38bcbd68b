# SPDX-License-Identifier: MIT OR Apache-2.0
# A socket with a timeout waits in poll(); the time it has left is its own, not its neighbour's.
# hooks: poll
# expect: timed out
# expect: b'x'
import socket

import greenhost

a, b = socket.socketpair()
c, d = socket.socketpair()


def receive(sock, seconds):
    sock.settimeout(seconds)
    try:
        print(sock.recv(10))
    except TimeoutError as error:
        print(error)


tasks = [greenhost.spawn(receive, a, 60), greenhost.spawn(receive, c, 0.03)]
tasks[1].join()
b.send(b"x")
tasks[0].join()
