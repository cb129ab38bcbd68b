# SPDX-License-Identifier: MIT OR Apache-2.0
# sigsuspend lets a blocked signal in while it waits, and blocks it again.
# hooks: sigsuspend
# expect: parked
# expect: handled
# expect: EINTR
# expect: blocked again
import ctypes
import errno
import os
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
nothing_blocked = ctypes.create_string_buffer(128)


def suspend():
    libc.sigsuspend(nothing_blocked)
    return errno.errorcode[ctypes.get_errno()]


signal.signal(signal.SIGUSR1, lambda number, frame: print("handled"))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
task = greenhost.spawn(suspend)
greenhost.checkpoint()
print(task.state)
os.kill(os.getpid(), signal.SIGUSR1)
print(task.result())
print("blocked again" if signal.SIGUSR1 in signal.pthread_sigmask(signal.SIG_BLOCK, []) else "lost")
