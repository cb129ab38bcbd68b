# SPDX-License-Identifier: MIT OR Apache-2.0
"""A task that is cancelled while it waits leaves the operation alone."""
# expect: the waiter got Cancelled
# expect: the operation is pending
# expect: and comes to finished

import threading
import time

from greenhost import Cancelled, await_, ops, spawn


def wait(operation):
    try:
        await_(operation)
    except Cancelled:
        print("the waiter got Cancelled")
        raise


gate = threading.Event()
operation = ops.work(lambda: gate.wait() and "finished")
task = spawn(wait, operation)
time.sleep(0)
task.cancel()
task.join()
print("the operation is", "done" if operation.done() else "pending")
gate.set()
print("and comes to", operation.result())
