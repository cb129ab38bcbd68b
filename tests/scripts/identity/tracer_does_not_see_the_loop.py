# SPDX-License-Identifier: MIT OR Apache-2.0
# The first call that waits imports greenlet, and a debugger steps over that call, not into it.
# expect: []
import sys
import threading

seen = []


def trace(frame, event, argument):
    if frame.f_code.co_filename not in (__file__, threading.__file__):
        seen.append(frame.f_code.co_filename)


lock = threading.Lock()
lock.acquire()
sys.settrace(trace)
lock.acquire(timeout=0.001)
sys.settrace(None)
print(seen)
