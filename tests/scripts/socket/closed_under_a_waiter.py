# SPDX-License-Identifier: MIT OR Apache-2.0
# Closing a socket wakes the task that waits on it, with EBADF, and a new descriptor that takes the
# number meanwhile is none of its business.
# hooks: recv accept4 connect send
# expect: recv: EBADF
# expect: send: EBADF
# expect: accept: EBADF
# expect: connect: EBADF
# expect: reused: EBADF
# expect: b'for the new one'
import errno
import os
import socket

import greenhost


def attempt(name, function, *args):
    try:
        function(*args)
    except OSError as error:
        print(f"{name}:", errno.errorcode[error.errno])


def closed(name, one, function, *args, then=lambda number: None):
    task = greenhost.spawn(attempt, name, function, *args)
    greenhost.checkpoint()
    number = one.fileno()
    os.close(number)
    result = then(number)
    task.join()
    one.detach()
    return result


def replacement(number):
    pair = socket.socketpair()
    assert number in (pair[0].fileno(), pair[1].fileno())
    return pair


here, there = socket.socketpair()
closed("recv", here, here.recv, 10)
here, there = socket.socketpair()
here.send(bytes(5_000_000), socket.MSG_DONTWAIT)
closed("send", here, here.send, b"no room")
listener = socket.create_server(("127.0.0.1", 0))
closed("accept", listener, listener.accept)
listener = socket.create_server(("127.0.0.1", 0), backlog=0)
first = socket.create_connection(listener.getsockname())
client = socket.socket()
closed("connect", client, client.connect, listener.getsockname())
here, there = socket.socketpair()
fresh, peer = closed("reused", here, here.recv, 10, then=replacement)
task = greenhost.spawn(fresh.recv, 100)
greenhost.checkpoint()
peer.send(b"for the new one")
print(task.result())
