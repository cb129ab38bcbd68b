# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that reads an empty pipe parks, under each name that reading has.
# hooks: read __read_chk readv preadv2 preadv64v2
# expect: read parked, then b'x'
# expect: __read_chk parked, then b'x'
# expect: readv parked, then b'x'
# expect: preadv2 parked, then b'x'
# expect: preadv64v2 parked, then b'x'
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4)
reader, writer = os.pipe()
own = ctypes.c_long(-1)
calls = {
    "read": (buffer, ctypes.c_size_t(4)),
    "__read_chk": (buffer, ctypes.c_size_t(4), ctypes.c_size_t(4)),
    "readv": (vector, 1),
    "preadv2": (vector, 1, own, 0),
    "preadv64v2": (vector, 1, own, 0),
}

for name, arguments in calls.items():
    task = greenhost.spawn(getattr(libc, name), reader, *arguments)
    greenhost.checkpoint()
    state = task.state
    os.write(writer, b"x")
    count = task.result()
    print(f"{name} {state}, then {buffer.raw[:count]}")
