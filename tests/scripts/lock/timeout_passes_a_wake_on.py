# SPDX-License-Identifier: MIT OR Apache-2.0
# A wake that reaches a waiter whose time is up must not be lost: the other one gets the lock.
# expect: one of two, every time
import threading

import greenhost

lock = threading.Lock()
counts = set()
for _ in range(200):
    lock.acquire()
    tasks = [greenhost.spawn(lock.acquire, True, timeout) for timeout in (0.0005, 20)]
    greenhost.sleep(0.0005)
    lock.release()
    if tasks[0].result():
        lock.release()
    counts.add(tasks[1].result())
    lock.release()
print("one of two, every time" if counts == {True} else counts)
