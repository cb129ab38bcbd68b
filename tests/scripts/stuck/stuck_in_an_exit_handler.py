# SPDX-License-Identifier: MIT OR Apache-2.0
# A standstill in an atexit function ends that function; the others run, and so does the rest of the
# end, but for its exit code.
# expect: main ended
# expect: another one ran
# expect-exit: 70
# expect-stderr: all tasks are stuck
import atexit
import threading

lock = threading.Lock()
lock.acquire()
atexit.register(print, "another one ran")
atexit.register(lock.acquire)
print("main ended")
