# SPDX-License-Identifier: MIT OR Apache-2.0
# SO_RCVTIMEO and SO_SNDTIMEO keep their meaning, also when they are set through a duplicate.
# hooks: recv send accept4 connect setsockopt
# expect: main goes on
# expect: recv: EAGAIN after 20 ms
# expect: recv of all: b'abc'
# expect: accept: EAGAIN after 20 ms
# expect: send: part of it
# expect: send: EAGAIN after 20 ms
# expect: connect: EINPROGRESS after 20 ms
# expect: without a limit: b'late'
import errno
import socket
import struct
import time

import greenhost

LIMIT = struct.pack("ll", 0, 20_000)
NONE = struct.pack("ll", 0, 0)


def limited(one, option, limit=LIMIT):
    one.setsockopt(socket.SOL_SOCKET, option, limit)
    return one


def attempt(name, function, *args):
    began = time.monotonic()
    try:
        function(*args)
    except OSError as error:
        passed = time.monotonic() - began
        when = "after 20 ms" if 0.02 <= passed < 5 else f"after {passed} s"
        print(f"{name}:", errno.errorcode[error.errno], when)


def run():
    here, there = socket.socketpair()
    reader = greenhost.spawn(here.recv, 1)
    greenhost.checkpoint()
    there.send(b"x")
    reader.join()
    limited(here.dup(), socket.SO_RCVTIMEO)
    attempt("recv", here.recv, 10)
    there.send(b"abc")
    print("recv of all:", here.recv(6, socket.MSG_WAITALL))
    listener = limited(socket.create_server(("127.0.0.1", 0), backlog=0), socket.SO_RCVTIMEO)
    attempt("accept", listener.accept)
    limited(here, socket.SO_SNDTIMEO)
    print("send:", "part of it" if 0 < here.send(bytes(5_000_000)) < 5_000_000 else "wrong")
    attempt("send", here.send, bytes(5_000_000))
    first = socket.create_connection(listener.getsockname())
    attempt("connect", limited(socket.socket(), socket.SO_SNDTIMEO).connect, listener.getsockname())
    limited(here, socket.SO_RCVTIMEO, NONE)
    greenhost.spawn(lambda: (time.sleep(0.05), there.send(b"late")))
    print("without a limit:", here.recv(10))


task = greenhost.spawn(run)
greenhost.checkpoint()
print("main goes on")
task.join()
