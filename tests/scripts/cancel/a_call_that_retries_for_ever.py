# SPDX-License-Identifier: MIT OR Apache-2.0
# A function of C that goes on after every error, and calls again, lets the other tasks run. Here it
# is qsort, which compares times by sleeping them.
# expect: another one ran meanwhile
# expect: Cancelled
import ctypes
import time

import greenhost

libc = ctypes.CDLL(None)
turns = []


def sort_by_sleeping():
    times = (ctypes.c_long * 2000)(*(20, 0) * 1000)
    try:
        libc.qsort(times, 1000, 16, ctypes.cast(libc.nanosleep, ctypes.c_void_p))
    finally:
        turns.append("sorted")


def take_turns():
    while "sorted" not in turns:
        turns.append("another one ran meanwhile")
        time.sleep(0)


task = greenhost.spawn(sort_by_sleeping)
greenhost.checkpoint()
task.cancel()
greenhost.spawn(take_turns).join()
print(*turns[:1])
print(repr(task.exception()).rstrip("()"))
