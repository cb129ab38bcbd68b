# SPDX-License-Identifier: MIT OR Apache-2.0
# A popen() child has its own pipe and none of the others', so each gets its end of file; the mode
# "e" keeps the parent's end from other programs.
# hooks: popen pclose
# expect: ended in order: 0 0
# expect: close-on-exec: False True
# expect: EINVAL EINVAL
import ctypes
import errno
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
libc.popen.restype = ctypes.c_void_p


def stream(command, mode):
    return ctypes.c_void_p(libc.popen(command, mode))


def refused(mode):
    assert not stream(b"true", mode)
    return errno.errorcode[ctypes.get_errno()]


def run():
    first, second = stream(b"cat >/dev/null", b"w"), stream(b"cat >/dev/null", b"w")
    print("ended in order:", libc.pclose(first), libc.pclose(second))
    streams = stream(b"true", b"r"), stream(b"true", b"re")
    kept = [not os.get_inheritable(libc.fileno(item)) for item in streams]
    print("close-on-exec:", *kept)
    for item in streams:
        libc.pclose(item)
    print(refused(b"rw"), refused(b"x"))


greenhost.spawn(run).join()
