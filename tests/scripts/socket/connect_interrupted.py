# SPDX-License-Identifier: MIT OR Apache-2.0
# A cancelled connect goes on by itself, and a later one waits for it.
# hooks: connect
# expect: cancelled
# expect: EALREADY
# expect: connected
import errno
import socket

import greenhost

listener = socket.create_server(("127.0.0.1", 0), backlog=0)
first = socket.create_connection(listener.getsockname())
client = socket.socket()
task = greenhost.spawn(client.connect, listener.getsockname())
greenhost.checkpoint()
task.cancel()
try:
    task.result()
except greenhost.Cancelled:
    print("cancelled")
client.setblocking(False)
print(errno.errorcode[client.connect_ex(listener.getsockname())])
client.setblocking(True)
task = greenhost.spawn(client.connect, listener.getsockname())
greenhost.checkpoint()
listener.accept()
task.result()
print("connected")
