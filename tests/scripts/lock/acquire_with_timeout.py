# SPDX-License-Identifier: MIT OR Apache-2.0
# A lock's timeout is kept, and so is a lock that comes before it.
# hooks: sem_clockwait
# expect: main goes on
# expect: False
# expect: True
import threading

import greenhost

never, soon = threading.Lock(), threading.Lock()
never.acquire()
soon.acquire()


def wait():
    return never.acquire(timeout=0.02), soon.acquire(timeout=20)


task = greenhost.spawn(wait)
greenhost.checkpoint()
print("main goes on")
task.join(timeout=0.05)
soon.release()
print(*task.result(), sep="\n")
