# SPDX-License-Identifier: MIT OR Apache-2.0
# What has to come from the disk (with O_DIRECT all of it) is read while others run.
# hooks: pread pread64 __pread_chk __pread64_chk preadv preadv64
# expect: pread parked, then 4096 of b'b'
# expect: pread64 parked, then 4096 of b'b'
# expect: __pread_chk parked, then 4096 of b'b'
# expect: __pread64_chk parked, then 4096 of b'b'
# expect: preadv parked, then 4096 of b'b'
# expect: preadv64 parked, then 4096 of b'b'
import ctypes
import mmap
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
BLOCK = 4096
with open("data", "wb") as file:
    file.write(b"a" * BLOCK + b"b" * BLOCK)
fd = os.open("data", os.O_RDONLY | os.O_DIRECT)
memory = mmap.mmap(-1, BLOCK)
buffer = ctypes.c_char.from_buffer(memory)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), BLOCK)
size = ctypes.c_size_t(BLOCK)
offset = ctypes.c_long(BLOCK)
one, many = (ctypes.byref(buffer), size, offset), (vector, 1, offset)
calls = {
    "pread": one,
    "pread64": one,
    "__pread_chk": (*one, size),
    "__pread64_chk": (*one, size),
    "preadv": many,
    "preadv64": many,
}

for name, arguments in calls.items():
    memory[:] = bytes(BLOCK)
    task = greenhost.spawn(getattr(libc, name), fd, *arguments)
    greenhost.checkpoint()
    print(f"{name} {task.state}, then {task.result()} of {bytes(set(memory[:]))}")
