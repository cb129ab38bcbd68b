# SPDX-License-Identifier: MIT OR Apache-2.0
# accept and accept4 park until somebody connects, and tell who did.
# hooks: accept accept4
# expect: main goes on
# expect: accept4 True
# expect: accept True
import ctypes
import socket
import struct

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
listener = socket.create_server(("127.0.0.1", 0))


def accept():
    """What accept(2) says of the peer."""
    address, size = ctypes.create_string_buffer(16), ctypes.c_uint(16)
    fd = libc.accept(listener.fileno(), address, ctypes.byref(size))
    socket.socket(fileno=fd).close()
    return "127.0.0.1", struct.unpack_from("!H", address.raw, 2)[0]


tasks = [greenhost.spawn(lambda: listener.accept()[1]), greenhost.spawn(accept)]
greenhost.checkpoint()
print("main goes on")
for name, task in zip(("accept4", "accept"), tasks):
    client = socket.create_connection(listener.getsockname())
    print(name, client.getsockname() == task.result())
