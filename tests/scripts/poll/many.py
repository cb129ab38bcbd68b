# SPDX-License-Identifier: MIT OR Apache-2.0
# Several descriptors are waited for at once; a negative one and one that is listed twice are fine.
# hooks: poll
# expect: parked in poll, for one of 4 descriptors
# expect: 2 [0, 0, 1, 0, 1]
# expect: 3 [0, 4, 1, 0, 1]
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)


class PollFd(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


pipes = [os.pipe() for _ in range(3)]
full = pipes[1][1]
os.set_blocking(full, False)
try:
    while True:
        os.write(full, bytes(65536))
except BlockingIOError:
    pass


def wait():
    fds = (PollFd * 5)((pipes[0][0], 1), (full, 4), (pipes[2][0], 1), (-1, 1), (pipes[2][0], 1))
    print(libc.poll(fds, 5, -1), [item.revents for item in fds])


def wait_twice():
    wait()
    wait()


task = greenhost.spawn(wait)
greenhost.checkpoint()
print(repr(task).split(": ")[1].rsplit(", since")[0])
os.write(pipes[2][1], b"x")
task.join()
os.read(pipes[1][0], 65536)
greenhost.spawn(wait).join()
