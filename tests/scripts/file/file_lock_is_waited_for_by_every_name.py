# SPDX-License-Identifier: MIT OR Apache-2.0
# A lock that somebody else has is waited for, under each name that locking has.
# hooks: flock lockf lockf64 fcntl fcntl64
# expect: flock parked, then 0
# expect: fcntl parked, then 0
# expect: fcntl64 parked, then 0
# expect: lockf parked, then 0
# expect: lockf64 parked, then 0
import ctypes
import fcntl
import os
import struct

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
F_OFD_SETLK, F_OFD_SETLKW = 37, 38
F_ULOCK, F_LOCK = 0, 1


def whole_file(kind):
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 0, 0)


first = os.open("lock", os.O_RDWR | os.O_CREAT)
second = os.open("lock", os.O_RDWR)


def contend(name, arguments, unlock):
    task = greenhost.spawn(getattr(libc, name), second, *arguments)
    greenhost.checkpoint()
    state = task.state
    unlock()
    print(f"{name} {state}, then {task.result()}")


fcntl.flock(first, fcntl.LOCK_EX)
contend("flock", (fcntl.LOCK_EX,), lambda: fcntl.flock(first, fcntl.LOCK_UN))

# A lock of this kind belongs to the open file description, so one process can have two.
for name in ("fcntl", "fcntl64"):
    fcntl.fcntl(first, F_OFD_SETLK, whole_file(fcntl.F_WRLCK))
    free = whole_file(fcntl.F_UNLCK)
    wait = (F_OFD_SETLKW, whole_file(fcntl.F_WRLCK))
    contend(name, wait, lambda: fcntl.fcntl(first, F_OFD_SETLK, free))
    fcntl.fcntl(second, F_OFD_SETLK, free)

# A lock of this kind belongs to the process.
for name in ("lockf", "lockf64"):
    to_child, from_child = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        fcntl.lockf(first, fcntl.LOCK_EX)
        os.write(from_child[1], b"locked")
        os.read(to_child[0], 1)
        os._exit(0)
    os.read(from_child[0], 6)
    contend(name, (F_LOCK, ctypes.c_long(0)), lambda: os.write(to_child[1], b"x"))
    libc.lockf(second, F_ULOCK, ctypes.c_long(0))
    os.waitpid(child, 0)
