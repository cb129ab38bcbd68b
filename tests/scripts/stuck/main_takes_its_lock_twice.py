# SPDX-License-Identifier: MIT OR Apache-2.0
# The smallest standstill: main alone, waiting for itself.  The finally block and atexit still run.
# expect: before
# expect: finally
# expect: atexit
# expect-exit: 70
# expect-stderr: all tasks are stuck(.|\n)*main: parked in sem_wait(.|\n)*lock.acquire\(\)
import atexit
import threading

atexit.register(print, "atexit")
lock = threading.Lock()
lock.acquire()
print("before")
try:
    lock.acquire()
finally:
    print("finally")
