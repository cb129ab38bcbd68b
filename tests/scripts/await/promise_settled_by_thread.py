# SPDX-License-Identifier: MIT OR Apache-2.0
"""A promise is settled by another thread while the loop polls, or while a task computes."""
# expect: polling: 1
# expect: error: from afar
# expect: computing: 2
# expect: the main task alone: 3

import time

import greenhost
from greenhost import await_, ops, spawn


def settle_after(seconds, settle, argument):
    time.sleep(seconds)
    settle(argument)


promise = greenhost.Promise()
work = ops.work(settle_after, 0.05, promise.set_result, 1)
waiting = spawn(promise.result)
print("polling:", await_(promise))

promise = greenhost.Promise()
work = ops.work(settle_after, 0.01, promise.set_exception, ValueError("from afar"))
try:
    promise.result()
except ValueError as error:
    print("error:", error)

promise = greenhost.Promise()
work = ops.work(settle_after, 0, promise.set_result, 2)
while not promise.done():
    pass
print("computing:", promise.result())

promise = greenhost.Promise()
work = ops.work(settle_after, 0.02, promise.set_result, 3)
print("the main task alone:", promise.result())
