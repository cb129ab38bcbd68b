# SPDX-License-Identifier: MIT OR Apache-2.0
# Three tasks that sleep inside an RLock are never in it together, and each may enter it twice.
# expect: 0 0 0 1 1 1 2 2 2
# expect: RuntimeError: cannot release un-acquired lock
import threading
import time

import greenhost

lock = threading.RLock()
log = []


def work(number):
    with lock:
        log.append(number)
        time.sleep(0.001)
        with lock:
            log.append(number)
            time.sleep(0.001)
        log.append(number)


for task in [greenhost.spawn(work, number) for number in range(3)]:
    task.result()
print(*log)
lock.acquire()
try:
    greenhost.spawn(lock.release).result()
except RuntimeError as error:
    print("RuntimeError:", error)
