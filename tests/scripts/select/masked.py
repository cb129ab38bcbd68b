# SPDX-License-Identifier: MIT OR Apache-2.0
# pselect() leaves its timeout alone; a signal that only its mask lets through ends it.
# hooks: pselect
# expect: 1 True
# expect: -1 EINTR [10]
import ctypes
import errno
import os
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
handled = []
signal.signal(signal.SIGUSR1, lambda signum, frame: handled.append(signum))
r, w = os.pipe()
nothing = ctypes.create_string_buffer(128)


def wait():
    timeout = (ctypes.c_long * 2)(9, 0)
    bits = (ctypes.c_ulong * 16)(*[0] * 16)
    bits[r // 64] |= 1 << r % 64
    print(libc.pselect(r + 1, bits, None, None, timeout, None), list(timeout) == [9, 0])


task = greenhost.spawn(wait)
greenhost.checkpoint()
os.write(w, b"x")
task.join()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
sender = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR1)
result = libc.pselect(0, None, None, None, None, nothing)
print(result, errno.errorcode[ctypes.get_errno()], handled)
