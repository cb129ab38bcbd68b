# SPDX-License-Identifier: MIT OR Apache-2.0
"""A program that goes on although its first task could not be made, and makes another one."""

import ctypes
import os

import greenhost

# Libuv keeps a pipe of its own, once a loop has been made.
LIBUVS = 2


def count():
    return len(os.listdir("/proc/self/fd"))


def spawn():
    greenhost.spawn(print, "a task ran").join()


host = ctypes.CDLL(None)
host.fault_arm()
before = count()
try:
    greenhost.spawn(int).join()
except BaseException:
    pass
host.fault_disarm()
opened = count() - before
spawn()
print("open or not:", opened in (0, LIBUVS, count() - before))
print("descriptors:", count() - before, flush=True)
