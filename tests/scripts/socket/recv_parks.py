# SPDX-License-Identifier: MIT OR Apache-2.0
# recv parks the task until something is there, and leaves O_NONBLOCK alone meanwhile.
# hooks: recv
# expect: main goes on
# expect: blocking
# expect: hello
import fcntl
import os
import socket

import greenhost

here, there = socket.socketpair()
task = greenhost.spawn(here.recv, 100)
greenhost.checkpoint()
print("main goes on")
print("non-blocking" if fcntl.fcntl(here, fcntl.F_GETFL) & os.O_NONBLOCK else "blocking")
there.send(b"hello")
print(task.result().decode())
