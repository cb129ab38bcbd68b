# SPDX-License-Identifier: MIT OR Apache-2.0
# A mutex that another task has is busy for trylock, and a timed lock waits for it till its deadline.
# hooks: pthread_mutex_trylock pthread_mutex_timedlock pthread_mutex_clocklock
# expect: plain: EBUSY ETIMEDOUT ETIMEDOUT
# expect: recursive: EBUSY ETIMEDOUT ETIMEDOUT
# expect: errorcheck: EBUSY ETIMEDOUT ETIMEDOUT
# expect: freed: 0
# expect: twice: True
import ctypes
import errno
import time

import greenhost

libc = ctypes.CDLL(None)
KINDS = {"plain": 0, "recursive": 1, "errorcheck": 2}


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def soon(clock, seconds=0.01):
    when = time.clock_gettime(clock) + seconds
    return ctypes.byref(Timespec(int(when), int(when % 1 * 1e9)))


def mutex_of(kind):
    attributes, mutex = ctypes.create_string_buffer(16), ctypes.create_string_buffer(64)
    libc.pthread_mutexattr_init(attributes)
    libc.pthread_mutexattr_settype(attributes, kind)
    libc.pthread_mutex_init(mutex, attributes)
    return mutex


def hold(mutex, release):
    libc.pthread_mutex_lock(mutex)
    release.result()
    libc.pthread_mutex_unlock(mutex)


for name, kind in KINDS.items():
    mutex, release = mutex_of(kind), greenhost.Promise()
    holder = greenhost.spawn(hold, mutex, release)
    greenhost.checkpoint()
    errors = [
        libc.pthread_mutex_trylock(mutex),
        libc.pthread_mutex_timedlock(mutex, soon(time.CLOCK_REALTIME)),
        libc.pthread_mutex_clocklock(mutex, time.CLOCK_MONOTONIC, soon(time.CLOCK_MONOTONIC)),
    ]
    print(name + ":", *(errno.errorcode[error] for error in errors))
    release.set_result(None)
    holder.result()
print("freed:", libc.pthread_mutex_timedlock(mutex, soon(time.CLOCK_REALTIME, 20)))
print("twice:", libc.pthread_mutex_lock(mutex) == errno.EDEADLK)
