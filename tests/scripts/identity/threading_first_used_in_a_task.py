# SPDX-License-Identifier: MIT OR Apache-2.0
# `threading` believes that who imports it is the main thread, and waits for its end at exit.
# expect: main thread, from a task
# expect: the sentinel of a thread that ends is released
import sys

import greenhost


def look() -> None:
    import threading

    if threading.main_thread().ident != threading.get_ident():
        print("main thread, from a task")


greenhost.spawn(look).result()

# What threading does for a thread whose end somebody waits for.
import _thread  # noqa: E402

lock = None


def sentinel() -> None:
    global lock
    lock = _thread._set_sentinel()
    lock.acquire()


greenhost.spawn(sentinel).result()
if lock is not None and lock.acquire(timeout=5):
    print("the sentinel of a thread that ends is released")
sys.stdout.flush()
