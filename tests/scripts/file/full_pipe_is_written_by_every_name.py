# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that writes to a full pipe parks, under each name that writing has.
# hooks: write writev pwritev2 pwritev64v2
# expect: write parked, then 4
# expect: writev parked, then 4
# expect: pwritev2 parked, then 4
# expect: pwritev64v2 parked, then 4
import ctypes
import fcntl
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(b"abcd", 4)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4)
reader, writer = os.pipe()
room = fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)
own = ctypes.c_long(-1)
calls = {
    "write": (buffer, ctypes.c_size_t(4)),
    "writev": (vector, 1),
    "pwritev2": (vector, 1, own, 0),
    "pwritev64v2": (vector, 1, own, 0),
}

for name, arguments in calls.items():
    os.write(writer, bytes(room))
    task = greenhost.spawn(getattr(libc, name), writer, *arguments)
    greenhost.checkpoint()
    state = task.state
    os.read(reader, room)
    print(f"{name} {state}, then {task.result()}")
    assert os.read(reader, room) == b"abcd"
