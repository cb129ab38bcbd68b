# SPDX-License-Identifier: MIT OR Apache-2.0
# A write that is to reach the disk before it returns (O_DSYNC) is made while others run.
# hooks: pwrite pwrite64 pwritev pwritev64
# expect: pwrite parked, then 4
# expect: pwrite64 parked, then 4
# expect: pwritev parked, then 4
# expect: pwritev64 parked, then 4
# expect: b'....abcd'
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(b"abcd", 4)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4)
one, many = (buffer, ctypes.c_size_t(4), ctypes.c_long(4)), (vector, 1, ctypes.c_long(4))
calls = {"pwrite": one, "pwrite64": one, "pwritev": many, "pwritev64": many}
fd = os.open("data", os.O_RDWR | os.O_CREAT | os.O_DSYNC)

for name, arguments in calls.items():
    os.pwrite(fd, b"........", 0)
    task = greenhost.spawn(getattr(libc, name), fd, *arguments)
    greenhost.checkpoint()
    print(f"{name} {task.state}, then {task.result()}")
print(os.pread(fd, 100, 0))
