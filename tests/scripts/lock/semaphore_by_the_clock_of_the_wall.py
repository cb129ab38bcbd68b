# SPDX-License-Identifier: MIT OR Apache-2.0
# sem_timedwait, whose deadline is a time of day; bad deadlines are libc's to refuse.
# hooks: sem_timedwait
# expect: main goes on
# expect: ETIMEDOUT
# expect: EINVAL
# expect: 0
import ctypes
import errno
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
semaphore = ctypes.create_string_buffer(64)
libc.sem_init(semaphore, 0, 0)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def wait(seconds, nanoseconds=0):
    until = Timespec(int(time.time()) + seconds, nanoseconds)
    if libc.sem_timedwait(semaphore, ctypes.byref(until)) == 0:
        return 0
    return errno.errorcode[ctypes.get_errno()]


def wait_three_times():
    print(wait(1))
    print(wait(1, 2_000_000_000))
    third.set_result(None)
    print(wait(20))


third = greenhost.Promise()
task = greenhost.spawn(wait_three_times)
greenhost.checkpoint()
print("main goes on")
third.result()
libc.sem_post(semaphore)
task.result()
