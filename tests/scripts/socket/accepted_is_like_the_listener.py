# SPDX-License-Identifier: MIT OR Apache-2.0
# What is known of a listener is not asked again of what it accepts, which yet has flags and limits of its own.
# hooks: accept4 recv
# expect: a plain one waits: b'hello'
# expect: accepted with SOCK_NONBLOCK: EAGAIN
# expect: made non-blocking later: EAGAIN
# expect: of a listener with a time limit: EAGAIN
# expect: of one without, but given one: EAGAIN
import ctypes
import errno
import os
import socket
import struct

from greenhost import checkpoint, spawn

libc = ctypes.CDLL(None, use_errno=True)
LIMIT = struct.pack("ll", 0, 20_000)
peers = []


def accept(listener, flags=0):
    peers.append(socket.create_connection(listener.getsockname()))
    return libc.accept4(listener.fileno(), None, None, socket.SOCK_CLOEXEC | flags)


def receive(fd):
    buffer = ctypes.create_string_buffer(16)
    size = libc.recv(fd, buffer, 16, 0)
    return buffer.raw[:size] if size >= 0 else errno.errorcode[ctypes.get_errno()]


def limit(fd):
    with socket.socket(fileno=os.dup(fd)) as copy:
        copy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, LIMIT)


def run():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = accept(listener)
        reader = spawn(receive, plain)
        checkpoint()
        peers[0].sendall(b"hello")
        print("a plain one waits:", reader.result())
        print("accepted with SOCK_NONBLOCK:", receive(accept(listener, socket.SOCK_NONBLOCK)))
        os.set_blocking(plain, False)
        print("made non-blocking later:", receive(plain))
        unlimited = accept(listener)
        limit(listener.fileno())
        print("of a listener with a time limit:", receive(accept(listener)))
        limit(unlimited)
        print("of one without, but given one:", receive(unlimited))


spawn(run).join()
