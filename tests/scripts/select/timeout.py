# SPDX-License-Identifier: MIT OR Apache-2.0
# The timeout is kept, with and without descriptors, and what is left of it is written back.
# hooks: select
# expect: 0 [0, 0] True
# expect: 0 [0, 0] True
# expect: 1 [True, True] True
import ctypes
import os
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
r, w = os.pipe()


def wait(fd, seconds, microseconds):
    timeout = (ctypes.c_long * 2)(seconds, microseconds)
    bits = (ctypes.c_ulong * 16)(*[0] * 16)
    if fd >= 0:
        bits[fd // 64] |= 1 << fd % 64
    start = time.monotonic()
    result = libc.select(fd + 1, bits, None, None, timeout)
    spent = time.monotonic() - start
    left = list(timeout) if result == 0 else [timeout[0] > 900, 0 <= timeout[1] < 1_000_000]
    print(result, left, spent >= 0.04 or result == 1)


def wait_all():
    wait(-1, 0, 40_000)
    wait(r, 0, 40_000)
    third.set_result(None)
    wait(r, 999, 1_000_000)


third = greenhost.Promise()
task = greenhost.spawn(wait_all)
third.result()
os.write(w, b"x")
task.join()
