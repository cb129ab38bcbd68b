# SPDX-License-Identifier: MIT OR Apache-2.0
# A C library that blocks with a mutex held must keep other tasks out, and not stop the process.
# hooks: pthread_mutex_lock pthread_mutex_unlock
# expect: plain: 0 in, 0 out, 1 in, 1 out, 2 in, 2 out
# expect: recursive: 0 in, 0 out, 1 in, 1 out, 2 in, 2 out
# expect: with the GIL: got it after the task
import ctypes

import greenhost

libc = ctypes.CDLL(None)
libc_with_the_gil = ctypes.PyDLL(None)
PTHREAD_MUTEX_RECURSIVE = 1


def mutex_of(kind):
    attributes, mutex = ctypes.create_string_buffer(16), ctypes.create_string_buffer(64)
    libc.pthread_mutexattr_init(attributes)
    libc.pthread_mutexattr_settype(attributes, kind)
    libc.pthread_mutex_init(mutex, attributes)
    return mutex


def hold(mutex, times, name, log):
    for _ in range(times):
        libc.pthread_mutex_lock(mutex)
    log.append(f"{name} in")
    for _ in range(times):
        libc.usleep(1000)
        if _ == times - 1:
            log.append(f"{name} out")
        libc.pthread_mutex_unlock(mutex)


def hold_by_three(mutex, times):
    log = []
    tasks = [greenhost.spawn(hold, mutex, times, name, log) for name in range(3)]
    for task in tasks:
        task.result()
    return ", ".join(log)


plain, recursive = mutex_of(0), mutex_of(PTHREAD_MUTEX_RECURSIVE)
print("plain:", hold_by_three(plain, 1))
print("recursive:", hold_by_three(recursive, 2))
log = []
task = greenhost.spawn(hold, plain, 1, "task", log)
greenhost.checkpoint()
libc_with_the_gil.pthread_mutex_lock(plain)
print("with the GIL: got it after the", log[-1].split()[0] if "task out" in log else log)
libc.pthread_mutex_unlock(plain)
task.result()
