# SPDX-License-Identifier: MIT OR Apache-2.0
# A file sent to a blocking socket or pipe is sent whole, while the peer is another task. A timeout
# of the socket holds.
# hooks: sendfile sendfile64
# expect: socket 3000000 True
# expect: pipe 3000000 True
# expect: sendfile 3000000 True
# expect: EAGAIN
import ctypes
import errno
import os
import socket
import struct

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
data = os.urandom(3_000_000)
file = os.open("data", os.O_RDWR | os.O_CREAT)
os.write(file, data)


def listen(fd):
    got = bytearray()
    while chunk := os.read(fd, 100_000):
        got += chunk
    return got


def send_all(fd):
    sent = os.sendfile(fd, file, 0, len(data))
    while sent < len(data):
        sent += os.sendfile(fd, file, sent, len(data) - sent)
    return sent


def run(name, send, reader, writer):
    listener = greenhost.spawn(listen, reader)
    sent = greenhost.spawn(send, writer).result()
    os.close(writer)
    print(name, sent, listener.result() == data)


near, far = socket.socketpair()
run("socket", send_all, far.detach(), near.detach())
run("pipe", send_all, *os.pipe())


def send_with_libc(fd):
    offset, sent = ctypes.c_long(0), 0
    while sent < len(data):
        rest = ctypes.c_size_t(len(data) - sent)
        sent += libc.sendfile(fd, file, ctypes.byref(offset), rest)
    assert offset.value == sent
    return sent


near, far = socket.socketpair()
run("sendfile", send_with_libc, far.detach(), near.detach())

near, far = socket.socketpair()
near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 10_000))
assert 0 < greenhost.spawn(os.sendfile, near.fileno(), file, 0, len(data)).result() < len(data)
try:
    greenhost.spawn(os.sendfile, near.fileno(), file, 0, len(data)).result()
except BlockingIOError as error:
    print(errno.errorcode[error.errno])
