# SPDX-License-Identifier: MIT OR Apache-2.0
# A socket that the program made non-blocking keeps its EAGAIN, in every call, and so does a call
# with MSG_DONTWAIT.
# hooks: recv send accept4 connect
# expect: recv: EAGAIN
# expect: recv: EAGAIN
# expect: recvfrom: EAGAIN
# expect: recvmsg: EAGAIN
# expect: accept: EAGAIN
# expect: send: 1 to 999999
# expect: send: EAGAIN
# expect: connect: EINPROGRESS
import errno
import socket

import greenhost

here, there = socket.socketpair()
listener = socket.create_server(("127.0.0.1", 0), backlog=0)


def attempt(name, function, *args):
    try:
        count = function(*args)
        print(f"{name}:", "1 to 999999" if 0 < count < 1_000_000 else count)
    except OSError as error:
        print(f"{name}:", errno.errorcode[error.errno])


def run():
    attempt("recv", here.recv, 10, socket.MSG_DONTWAIT)
    for one in here, listener:
        one.setblocking(False)
    attempt("recv", here.recv, 10)
    attempt("recvfrom", here.recvfrom, 10)
    attempt("recvmsg", here.recvmsg, 10)
    attempt("accept", listener.accept)
    attempt("send", here.send, bytes(1_000_000))
    attempt("send", here.send, bytes(1_000_000))
    client = socket.socket()
    socket.create_connection(listener.getsockname())
    client.setblocking(False)
    attempt("connect", client.connect, listener.getsockname())


greenhost.spawn(run).join()
