# SPDX-License-Identifier: MIT OR Apache-2.0
# Opening a FIFO waits for its other end, under each name that opening has.
# hooks: open open64 __open_2 __open64_2 openat openat64 __openat_2 __openat64_2 creat creat64
# expect: open parked, then read b'hello'
# expect: open64 parked, then read b'hello'
# expect: __open_2 parked, then read b'hello'
# expect: __open64_2 parked, then read b'hello'
# expect: openat parked, then read b'hello'
# expect: openat64 parked, then read b'hello'
# expect: __openat_2 parked, then read b'hello'
# expect: __openat64_2 parked, then read b'hello'
# expect: creat parked, then wrote b'hello'
# expect: creat64 parked, then wrote b'hello'
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
path = b"fifo"
os.mkfifo(path)
readers = {
    "open": (path, os.O_RDONLY, 0),
    "open64": (path, os.O_RDONLY, 0),
    "__open_2": (path, os.O_RDONLY),
    "__open64_2": (path, os.O_RDONLY),
    "openat": (AT_FDCWD, path, os.O_RDONLY, 0),
    "openat64": (AT_FDCWD, path, os.O_RDONLY, 0),
    "__openat_2": (AT_FDCWD, path, os.O_RDONLY),
    "__openat64_2": (AT_FDCWD, path, os.O_RDONLY),
}

for name, arguments in readers.items():
    task = greenhost.spawn(getattr(libc, name), *arguments)
    greenhost.checkpoint()
    state = task.state
    writer = os.open(path, os.O_WRONLY)
    reader = task.result()
    os.write(writer, b"hello")
    print(f"{name} {state}, then read {os.read(reader, 100)}")
    os.close(writer)
    os.close(reader)

for name in ("creat", "creat64"):
    task = greenhost.spawn(getattr(libc, name), path, 0o600)
    greenhost.checkpoint()
    state = task.state
    reader = os.open(path, os.O_RDONLY)
    writer = task.result()
    os.write(writer, b"hello")
    print(f"{name} {state}, then wrote {os.read(reader, 100)}")
    os.close(writer)
    os.close(reader)
