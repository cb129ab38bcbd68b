# SPDX-License-Identifier: MIT OR Apache-2.0
# The names that _FORTIFY_SOURCE puts in the place of poll and ppoll park as those do.
# hooks: __poll_chk __ppoll_chk
# expect: main goes on
# expect: 1
# expect: main goes on
# expect: 1
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
r, w = os.pipe()


def wait_poll():
    item = (ctypes.c_int * 2)(r, 1)
    print(libc.__poll_chk(item, 1, -1, ctypes.c_size_t(8)))


def wait_ppoll():
    item = (ctypes.c_int * 2)(r, 1)
    print(libc.__ppoll_chk(item, 1, None, None, ctypes.c_size_t(8)))


for function in (wait_poll, wait_ppoll):
    task = greenhost.spawn(function)
    greenhost.checkpoint()
    print("main goes on")
    os.write(w, b"x")
    task.join()
    os.read(r, 1)
