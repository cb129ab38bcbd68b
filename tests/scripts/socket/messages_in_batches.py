# SPDX-License-Identifier: MIT OR Apache-2.0
# recvmmsg and sendmmsg, message by message as in the kernel: recvmmsg waits for all, or for one with
# MSG_WAITFORONE, or until its time is over when one comes; sendmmsg sends each message whole.
# hooks: recvmmsg sendmmsg
# expect: parked
# expect: 3 [b'one', b'two', b'three']
# expect: 1 [b'first']
# expect: 1 [b'in time'] False
# expect: parked
# expect: 2 [2000000, 1000000]
# expect: True
import ctypes
import socket

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
MSG_WAITFORONE = 0x10000


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Header(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("parts", ctypes.POINTER(Part)),
        ("count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class Message(ctypes.Structure):
    _fields_ = [("header", Header), ("length", ctypes.c_uint)]


class Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def messages(buffers):
    parts = [Part(ctypes.addressof(one), len(one)) for one in buffers]
    return (Message * len(parts))(
        *(Message(Header(parts=ctypes.pointer(part), count=1)) for part in parts)
    )


def receive(one, count, flags=0, limit=None):
    """What recvmmsg returns, and the messages."""
    buffers = [ctypes.create_string_buffer(100) for _ in range(count)]
    batch = messages(buffers)
    limit = ctypes.byref(limit) if limit else None
    received = libc.recvmmsg(one.fileno(), batch, count, flags, limit)
    return received, [buffers[i].raw[: batch[i].length] for i in range(received)]


here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
task = greenhost.spawn(receive, here, 3)
for data in b"one", b"two", b"three":
    greenhost.checkpoint()
    state = task.state
    there.send(data)
print(state)
print(*task.result())

task = greenhost.spawn(receive, here, 3, MSG_WAITFORONE)
greenhost.checkpoint()
there.send(b"first")
print(*task.result())

limit = Time(0, 1)
task = greenhost.spawn(receive, here, 3, 0, limit)
greenhost.checkpoint()
there.send(b"in time")
print(*task.result(), any((limit.seconds, limit.nanoseconds)))

here, there = socket.socketpair()
data = [b"a" * 2_000_000, b"b" * 1_000_000]
buffers = [ctypes.create_string_buffer(one, len(one)) for one in data]
batch = messages(buffers)
task = greenhost.spawn(libc.sendmmsg, there.fileno(), batch, 2, 0)
greenhost.checkpoint()
print(task.state)
received = here.recv(3_000_000, socket.MSG_WAITALL)
print(task.result(), [message.length for message in batch])
print(received == b"".join(data))
