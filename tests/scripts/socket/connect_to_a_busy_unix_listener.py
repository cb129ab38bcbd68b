# SPDX-License-Identifier: MIT OR Apache-2.0
# A Unix listener without room gives no event when it has some: connect waits for it on a thread,
# and can be cancelled there.
# hooks: connect
# expect: main goes on
# expect: cancelled
# expect: connected
import socket

import greenhost

listener = socket.socket(socket.AF_UNIX)
listener.bind("")
listener.listen(0)
first, second, third = (socket.socket(socket.AF_UNIX) for _ in range(3))
first.connect(listener.getsockname())
tasks = [greenhost.spawn(one.connect, listener.getsockname()) for one in (second, third)]
greenhost.checkpoint()
print("main goes on")
tasks[0].cancel()
try:
    tasks[0].result()
except greenhost.Cancelled:
    print("cancelled")
listener.accept()
tasks[1].result()
print("connected")
