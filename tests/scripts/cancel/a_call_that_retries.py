# SPDX-License-Identifier: MIT OR Apache-2.0
# A function of C that goes on after EINTR is told ECANCELED from then on, until it is back in
# Python.  Here it is qsort, which compares times by sleeping them.
# expect: returned at once, with ECANCELED
# expect: Cancelled
import ctypes
import errno
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)


def sort_by_sleeping():
    times = (ctypes.c_long * 8)(20, 0, 20, 0, 20, 0, 20, 0)
    try:
        libc.qsort(times, 4, 16, ctypes.cast(libc.nanosleep, ctypes.c_void_p))
    finally:
        at_once = time.monotonic() - start < 10
        print("returned at once, with" if at_once else "late", errno.errorcode[ctypes.get_errno()])


start = time.monotonic()
task = greenhost.spawn(sort_by_sleeping)
greenhost.checkpoint()
task.cancel()
try:
    task.result()
except greenhost.Cancelled:
    print("Cancelled")
