# SPDX-License-Identifier: MIT OR Apache-2.0
# A semaphore that processes share keeps its timeout, and its waiter can be cancelled.
# expect: False
# expect: parked
# expect: cancelled
# expect: still free: True
import multiprocessing

import greenhost

semaphore = multiprocessing.get_context("fork").Semaphore(0)
print(greenhost.spawn(semaphore.acquire, True, 0.02).result())
task = greenhost.spawn(semaphore.acquire)
greenhost.checkpoint()
print(task.state)
task.cancel()
try:
    task.result()
except greenhost.Cancelled:
    print("cancelled")
semaphore.release()
print("still free:", semaphore.acquire(timeout=20))
