# SPDX-License-Identifier: MIT OR Apache-2.0
# connect parks while the other side does not answer: here until the kernel asks a listener again
# that had no room, a second later.  Afterwards the socket is as after any other connect.
# hooks: connect
# expect: main goes on
# expect: EISCONN
# expect: blocking
# expect: b'hello'
import errno
import fcntl
import os
import socket

import greenhost

listener = socket.create_server(("127.0.0.1", 0), backlog=0)
first = socket.create_connection(listener.getsockname())
client = socket.socket()
task = greenhost.spawn(client.connect, listener.getsockname())
greenhost.checkpoint()
print("main goes on")
listener.accept()
task.result()
print(errno.errorcode[client.connect_ex(listener.getsockname())])
print("non-blocking" if fcntl.fcntl(client, fcntl.F_GETFL) & os.O_NONBLOCK else "blocking")
client.send(b"hello")
print(listener.accept()[0].recv(10))
