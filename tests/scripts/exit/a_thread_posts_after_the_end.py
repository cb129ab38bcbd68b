# SPDX-License-Identifier: MIT OR Apache-2.0
# A daemon thread goes on posting the lock of a task that would not end, while the process ends.
# expect: main ends
# expect-stderr: 1 task was still alive
import threading

import greenhost

event, started = threading.Event(), threading.Event()


def stubborn():
    while True:
        try:
            event.wait()
            event.clear()
        except BaseException:
            pass


def post():
    started.set()
    while True:
        event.set()


task = greenhost.spawn(stubborn)
threading.Thread(target=post, daemon=True).start()
started.wait()
print("main ends")
