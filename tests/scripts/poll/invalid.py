# SPDX-License-Identifier: MIT OR Apache-2.0
# What the kernel refuses is refused: a timeout that makes no sense, more descriptors than allowed.
# hooks: ppoll
# expect: EINVAL
# expect: EINVAL
# expect: EINVAL
import ctypes
import errno

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
TIMES = ctypes.c_long * 2


def call(function, *args):
    ctypes.set_errno(0)
    result = function(*args)
    print(errno.errorcode[ctypes.get_errno()] if result < 0 else result)


def calls():
    call(libc.ppoll, None, 0, TIMES(0, 1_000_000_000), None)
    call(libc.ppoll, None, 0, TIMES(-1, 0), None)
    call(libc.poll, None, ctypes.c_ulong(1 << 31), -1)


greenhost.spawn(calls).join()
