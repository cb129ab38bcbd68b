# SPDX-License-Identifier: MIT OR Apache-2.0
"""All that wait for a promise are woken, in the order in which they came."""
# expect: 1000 got it, in order True
# expect: 1000 got the error

import time

import greenhost
from greenhost import await_, spawn

promise, got = greenhost.Promise(), []
tasks = [spawn(lambda n=n: got.append((n, await_(promise)))) for n in range(1000)]
time.sleep(0)
promise.set_result("value")
for task in tasks:
    task.result()
print(len(got), "got it, in order", got == [(n, "value") for n in range(1000)])

promise = greenhost.Promise()
tasks = [spawn(promise.result) for n in range(1000)]
time.sleep(0)
error = OSError("error")
promise.set_exception(error)
print(sum(task.exception() is error for task in tasks), "got the error")
