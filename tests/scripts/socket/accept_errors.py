# SPDX-License-Identifier: MIT OR Apache-2.0
# What is no listener is refused at once, and shutting a listener down wakes who accepts from it.
# hooks: accept4
# expect: EINVAL
# expect: ENOTSUP
# expect: ENOTSOCK
# expect: EBADF
# expect: parked
# expect: EINVAL
import errno
import os
import socket

import greenhost


def attempt(one):
    try:
        one.accept()
    except OSError as error:
        print(errno.errorcode[error.errno])


def run():
    attempt(socket.socket())
    attempt(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    no_socket = socket.socket()
    os.dup2(os.pipe()[0], no_socket.fileno())
    attempt(no_socket)
    gone = socket.socket()
    os.close(gone.fileno())
    attempt(gone)
    gone.detach()


greenhost.spawn(run).join()
listener = socket.create_server(("127.0.0.1", 0))
task = greenhost.spawn(attempt, listener)
greenhost.checkpoint()
print(task.state)
listener.shutdown(socket.SHUT_RD)
task.join()
