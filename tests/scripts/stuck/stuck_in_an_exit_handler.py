# SPDX-License-Identifier: MIT OR Apache-2.0
# A standstill in an atexit function ends that function, and the process ends as it would have.
# expect: main ended
# expect-stderr: all tasks are stuck
import atexit
import threading

lock = threading.Lock()
lock.acquire()
atexit.register(lock.acquire)
print("main ended")
