# SPDX-License-Identifier: MIT OR Apache-2.0
# The same where the program has ended with a code of its own, which Python hands to exit() itself.
# expect-exit: 70
# expect-stderr: all tasks are stuck
import atexit
import sys
import threading

lock = threading.Lock()
lock.acquire()
atexit.register(lock.acquire)
sys.exit(3)
