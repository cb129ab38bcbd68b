# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal ends the main task's select() with EINTR and the time that is left; CPython runs the
# handler and goes on waiting.
# hooks: select
# expect: -1 EINTR True
# expect: handled [14]
# expect: ([], [], []) handled [14, 14]
import ctypes
import errno
import os
import select
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
handled = []
signal.signal(signal.SIGALRM, lambda signum, frame: handled.append(signum))
other = greenhost.spawn(greenhost.sleep, 60)

timeout = (ctypes.c_long * 2)(1000, 0)
greenhost.spawn(os.kill, os.getpid(), signal.SIGALRM)
result = libc.select(0, None, None, None, timeout)
print(result, errno.errorcode[ctypes.get_errno()], 900 < timeout[0] < 1000)
print("handled", handled)
greenhost.spawn(os.kill, os.getpid(), signal.SIGALRM)
print(select.select([], [], [], 0.06), "handled", handled)
other.cancel()
other.join()
