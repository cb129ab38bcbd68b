# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that is not blocked, but is during ppoll(), is handled and does not end the call.
# hooks: ppoll
# expect: 0 [10] True
import ctypes
import os
import signal
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
handled = []
signal.signal(signal.SIGUSR1, lambda signum, frame: handled.append(signum))


def send():
    os.kill(os.getpid(), signal.SIGUSR1)


sender = greenhost.spawn(send)
all_of_them = ctypes.create_string_buffer(b"\xff" * 128, 128)
start = time.monotonic()
result = libc.ppoll(None, 0, (ctypes.c_long * 2)(0, 50_000_000), all_of_them)
print(result, handled, time.monotonic() - start >= 0.05)
