# SPDX-License-Identifier: MIT OR Apache-2.0
# pthread_cond_wait in tasks; signalled by a task for one of them, by a thread for all.
# hooks: pthread_cond_wait pthread_cond_signal pthread_cond_broadcast
# expect: parked parked parked
# expect: woken 0
# expect: done parked parked
# expect: woken 1
# expect: woken 2
import ctypes
import threading

import greenhost

libc = ctypes.CDLL(None)
mutex, condition = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)
libc.pthread_mutex_init(mutex, None)
libc.pthread_cond_init(condition, None)


def wait(number):
    libc.pthread_mutex_lock(mutex)
    error = libc.pthread_cond_wait(condition, mutex)
    libc.pthread_mutex_unlock(mutex)
    print("woken", number) if error == 0 else print("error", error)


def broadcast():
    libc.pthread_mutex_lock(mutex)
    libc.pthread_cond_broadcast(condition)
    libc.pthread_mutex_unlock(mutex)


tasks = [greenhost.spawn(wait, number) for number in range(3)]
greenhost.checkpoint()
print(*(task.state for task in tasks))
libc.pthread_cond_signal(condition)
tasks[0].join()
print(*(task.state for task in tasks))
thread = threading.Thread(target=broadcast)
thread.start()
for task in tasks:
    task.join()
thread.join()
