# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that arrives while a task is being cancelled: both happen, to the right one.
# expect: handled
# expect: Cancelled
# expect: main slept
import os
import signal
import threading
import time

import greenhost

lock = threading.Lock()
lock.acquire()
signal.signal(signal.SIGUSR1, lambda number, frame: print("handled"))


def cancel(task):
    task.cancel()
    os.kill(os.getpid(), signal.SIGUSR1)


task = greenhost.spawn(lock.acquire)
greenhost.checkpoint()
greenhost.spawn(cancel, task)
time.sleep(0.01)
try:
    task.result()
except greenhost.Cancelled:
    print("Cancelled")
print("main slept")
