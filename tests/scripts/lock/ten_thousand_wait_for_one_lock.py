# SPDX-License-Identifier: MIT OR Apache-2.0
# Ten thousand tasks parked in one lock; each of them gets it.
# expect: 10000 parked
# expect: 10000 entered
import threading

import greenhost

lock = threading.Lock()
entered = 0


def enter():
    global entered
    with lock:
        entered += 1


lock.acquire()
tasks = [greenhost.spawn(enter) for _ in range(10000)]
greenhost.checkpoint()
print(sum(task.state == "parked" for task in tasks), "parked")
lock.release()
for task in tasks:
    task.join()
print(entered, "entered")
