# SPDX-License-Identifier: MIT OR Apache-2.0
# Peeking parks and takes nothing.  Urgent data and the queue of errors never wait, as in the kernel.
# hooks: recv
# expect: b'he' b'hello'
# expect: InvalidArgument
# expect: b'!'
# expect: nothing in the queue of errors
import errno
import socket

import greenhost

here, there = socket.socketpair()
task = greenhost.spawn(here.recv, 2, socket.MSG_PEEK)
greenhost.checkpoint()
there.send(b"hello")
print(task.result(), here.recv(100))

listener = socket.create_server(("127.0.0.1", 0))
there = socket.create_connection(listener.getsockname())
here, _ = listener.accept()


def urgent():
    try:
        here.recv(1, socket.MSG_OOB)
    except OSError as error:
        print("InvalidArgument" if error.errno == errno.EINVAL else error)
    there.send(b"!", socket.MSG_OOB)
    print(here.recv(1, socket.MSG_OOB))
    try:
        here.recvmsg(100, 100, socket.MSG_ERRQUEUE)
    except BlockingIOError:
        print("nothing in the queue of errors")


greenhost.spawn(urgent).join()
