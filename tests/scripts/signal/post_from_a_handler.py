# SPDX-License-Identifier: MIT OR Apache-2.0
# sem_post is allowed in a handler of C, which may have interrupted anything.
# expect: 100 posts, 100 waits
import ctypes
import os
import signal

import greenhost

libc = ctypes.CDLL(None)
semaphore = ctypes.create_string_buffer(64)
libc.sem_init(semaphore, 0, 0)
posts = waits = 0


@ctypes.CFUNCTYPE(None, ctypes.c_int)
def handler(number):
    global posts
    posts += 1
    libc.sem_post(semaphore)


def wait():
    global waits
    for _ in range(100):
        libc.sem_wait(semaphore)
        waits += 1


libc.signal(signal.SIGUSR1, handler)
task = greenhost.spawn(wait)
for _ in range(100):
    greenhost.checkpoint()
    os.kill(os.getpid(), signal.SIGUSR1)
task.join()
print(posts, "posts,", waits, "waits")
