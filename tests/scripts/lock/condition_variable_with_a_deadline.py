# SPDX-License-Identifier: MIT OR Apache-2.0
# A condition variable's deadline is on the clock that it was made with, or on the one in the call.
# hooks: pthread_cond_timedwait pthread_cond_clockwait
# expect: main goes on
# expect: day: ETIMEDOUT
# expect: monotonic: ETIMEDOUT
# expect: clockwait: ETIMEDOUT
# expect: in time: OK
import ctypes
import errno
import time

import greenhost

libc = ctypes.CDLL(None)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def soon(clock, seconds):
    when = time.clock_gettime(clock) + seconds
    return ctypes.byref(Timespec(int(when), int(when % 1 * 1e9)))


def condition_on(clock):
    attributes, condition = ctypes.create_string_buffer(16), ctypes.create_string_buffer(64)
    libc.pthread_condattr_init(attributes)
    libc.pthread_condattr_setclock(attributes, clock)
    libc.pthread_cond_init(condition, attributes)
    return condition


mutex = ctypes.create_string_buffer(64)
of_day, monotonic = condition_on(time.CLOCK_REALTIME), condition_on(time.CLOCK_MONOTONIC)


def wait(what, function, condition, *arguments):
    libc.pthread_mutex_lock(mutex)
    error = function(condition, mutex, *arguments)
    libc.pthread_mutex_unlock(mutex)
    print(what + ":", errno.errorcode.get(error, "OK"))


def wait_in_each_way():
    wait("day", libc.pthread_cond_timedwait, of_day, soon(time.CLOCK_REALTIME, 0.02))
    wait("monotonic", libc.pthread_cond_timedwait, monotonic, soon(time.CLOCK_MONOTONIC, 0.02))
    clock = time.CLOCK_MONOTONIC
    wait("clockwait", libc.pthread_cond_clockwait, of_day, clock, soon(clock, 0.02))
    last.set_result(None)
    wait("in time", libc.pthread_cond_timedwait, monotonic, soon(clock, 20))


last = greenhost.Promise()
task = greenhost.spawn(wait_in_each_way)
greenhost.checkpoint()
print("main goes on")
last.result()
while not task.done():
    task.join(timeout=0.1)
    libc.pthread_cond_signal(monotonic)
task.result()
