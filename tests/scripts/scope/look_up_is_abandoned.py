# SPDX-License-Identifier: MIT OR Apache-2.0
# A time limit ends a look-up that waits for the pool, which is left to end by itself.
# expect: stopped
# expect: found
import os
import socket

import greenhost

reading, writing = os.pipe()
busy = [greenhost.ops.work(os.read, reading, 1) for _ in range(4)]
with greenhost.move_on_after(0.01) as scope:
    socket.getaddrinfo("localhost", 80)
print("stopped" if scope.cancelled_caught else "went on")
os.write(writing, b"done")
for one in busy:
    one.join()
print("found" if socket.getaddrinfo("localhost", 80) else "not found")
