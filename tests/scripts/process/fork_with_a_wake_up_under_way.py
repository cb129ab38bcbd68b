# SPDX-License-Identifier: MIT OR Apache-2.0
# A thread has woken the loop, which has not looked yet, when the process forks: in the child the
# loop must be woken anew by the threads there.
# expect: the child's thread woke it
# expect: the child ended: 0
# expect: and so was the task of the parent
import os
import signal
import threading

import greenhost

first, second = threading.Lock(), threading.Lock()
first.acquire()
second.acquire()
started, released = [], []


def release() -> None:
    while not started:
        pass
    first.release()
    released.append(True)


task = greenhost.spawn(first.acquire)
greenhost.checkpoint()
threading.Thread(target=release).start()
started.append(True)
while not released:  # without a turn of the loop
    pass
pid = os.fork()
if pid == 0:
    signal.alarm(10)
    threading.Thread(target=second.release).start()
    second.acquire()
    print("the child's thread woke it", flush=True)
    os._exit(0)
print("the child ended:", os.waitpid(pid, 0)[1])
task.result()
print("and so was the task of the parent")
