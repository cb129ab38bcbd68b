# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task that waits for a lock, with and without a timeout; the lock is not taken.
# expect: Cancelled in acquire()
# expect: Cancelled in acquire(timeout=20)
# expect: Cancelled in RLock
# expect: Cancelled in Condition
# expect: Cancelled in Event
# expect: Cancelled in Queue.get
# expect: Cancelled in SimpleQueue.get
# expect: locked only once: True
import queue
import threading

import greenhost

lock, rlock, condition = threading.Lock(), threading.RLock(), threading.Condition()
lock.acquire()
rlock.acquire()


def wait_for_condition():
    with condition:
        condition.wait()


WAITS = {
    "acquire()": lock.acquire,
    "acquire(timeout=20)": lambda: lock.acquire(timeout=20),
    "RLock": rlock.acquire,
    "Condition": wait_for_condition,
    "Event": threading.Event().wait,
    "Queue.get": queue.Queue().get,
    "SimpleQueue.get": queue.SimpleQueue().get,
}
for what, wait in WAITS.items():
    task = greenhost.spawn(wait)
    greenhost.checkpoint()
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled:
        print("Cancelled in", what)
lock.release()
print("locked only once:", lock.acquire(blocking=False) and condition.acquire(blocking=False))
