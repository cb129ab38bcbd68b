# SPDX-License-Identifier: MIT OR Apache-2.0
# A program that catches what ends it, and gets stuck again, still ends.
# expect: caught 70
# expect-exit: 70
# expect-stderr: all tasks are stuck(.|\n)*all tasks are stuck
import threading

lock = threading.Lock()
lock.acquire()
try:
    lock.acquire()
except SystemExit as error:
    print("caught", error.code)
lock.acquire()
