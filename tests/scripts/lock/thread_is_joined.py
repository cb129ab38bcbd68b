# SPDX-License-Identifier: MIT OR Apache-2.0
# pthread_join in a task, and its forms with a deadline, hand over what the thread returned.
# hooks: pthread_join pthread_timedjoin_np pthread_clockjoin_np
# expect: main goes on
# expect: timed: ETIMEDOUT
# expect: clock: ETIMEDOUT
# expect: returned 7
import ctypes
import errno
import threading
import time

import greenhost

libc = ctypes.CDLL(None)
started, timed, may_end = threading.Event(), threading.Event(), threading.Event()
thread = ctypes.c_ulong()


@ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
def run(_):
    started.set()
    may_end.wait()
    return 7


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def soon(clock):
    when = time.clock_gettime(clock) + 0.02
    return ctypes.byref(Timespec(int(when), int(when % 1 * 1e9)))


def join():
    value, clock = ctypes.c_void_p(), time.CLOCK_MONOTONIC
    error = libc.pthread_timedjoin_np(thread, None, soon(time.CLOCK_REALTIME))
    print("timed:", errno.errorcode[error])
    print("clock:", errno.errorcode[libc.pthread_clockjoin_np(thread, None, clock, soon(clock))])
    timed.set()
    if libc.pthread_join(thread, ctypes.byref(value)) == 0:
        print("returned", value.value)


libc.pthread_create(ctypes.byref(thread), None, run, None)
started.wait()
task = greenhost.spawn(join)
greenhost.checkpoint()
print("main goes on")
timed.wait()
may_end.set()
task.result()
