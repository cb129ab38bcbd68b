# SPDX-License-Identifier: MIT OR Apache-2.0
# Whoever waits until the disk has everything waits while others run.
# hooks: fsync fdatasync syncfs sync_file_range sync msync
# expect: fsync parked, then 0
# expect: fdatasync parked, then 0
# expect: syncfs parked, then 0
# expect: sync_file_range parked, then 0
# expect: sync parked, then None
# expect: msync parked, then 0
import ctypes
import mmap
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
libc.sync.restype = None
fd = os.open("data", os.O_RDWR | os.O_CREAT)
os.write(fd, b"x" * 4096)
memory = mmap.mmap(fd, 4096)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
MS_SYNC = 4
SYNC_FILE_RANGE_WRITE = 2
calls = {
    "fsync": (fd,),
    "fdatasync": (fd,),
    "syncfs": (fd,),
    "sync_file_range": (fd, ctypes.c_long(0), ctypes.c_long(4096), SYNC_FILE_RANGE_WRITE),
    "sync": (),
    "msync": (ctypes.c_void_p(address), ctypes.c_size_t(4096), MS_SYNC),
}

for name, arguments in calls.items():
    task = greenhost.spawn(getattr(libc, name), *arguments)
    greenhost.checkpoint()
    print(f"{name} {task.state}, then {task.result()}")
