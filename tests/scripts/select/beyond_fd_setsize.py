# SPDX-License-Identifier: MIT OR Apache-2.0
# Python refuses descriptors above FD_SETSIZE; C may pass larger sets, which are read as far as the
# count says.
# hooks: select
# expect: filedescriptor out of range in select()
# expect: 1 True
# expect: untouched: True
import ctypes
import fcntl
import os
import resource
import select

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
r, w = os.pipe()
high = fcntl.fcntl(r, fcntl.F_DUPFD, 1500)
words = high // 64 + 1


def refuse():
    try:
        select.select([high], [], [])
    except ValueError as error:
        print(error)


def wait():
    bits = (ctypes.c_ulong * (words + 1))(*[0] * (words + 1))
    bits[high // 64] = 1 << high % 64
    bits[words] = 0x5A5A
    print(libc.select(high + 1, bits, None, None, None), bits[high // 64] == 1 << high % 64)
    print("untouched:", bits[words] == 0x5A5A)


greenhost.spawn(refuse).join()
task = greenhost.spawn(wait)
greenhost.checkpoint()
os.write(w, b"x")
task.join()
