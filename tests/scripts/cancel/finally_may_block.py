# SPDX-License-Identifier: MIT OR Apache-2.0
# After a cancel, the blocking calls in a finally block work as usual.
# expect: cancelled in sleep
# expect: slept, got 1, locked, joined
# expect: Cancelled
import queue
import threading
import time

import greenhost

items, lock = queue.Queue(), threading.Lock()


def work():
    try:
        time.sleep(20)
    except greenhost.Cancelled:
        print("cancelled in sleep")
        raise
    finally:
        time.sleep(0.001)
        done = ["slept", f"got {items.get()}"]
        with lock:
            done.append("locked")
        greenhost.spawn(time.sleep, 0.001).join()
        print(*done, "joined", sep=", ")


lock.acquire()
task = greenhost.spawn(work)
greenhost.checkpoint()
task.cancel()
greenhost.sleep(0.005)
items.put(1)
greenhost.checkpoint()
lock.release()
try:
    task.result()
except greenhost.Cancelled:
    print("Cancelled")
