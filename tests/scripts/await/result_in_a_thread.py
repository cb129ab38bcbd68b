# SPDX-License-Identifier: MIT OR Apache-2.0
"""A thread that has no loop blocks until a promise, a task or an operation is done."""
# expect: promise: value
# expect: task: task's
# expect: operation: None
# expect: error: KeyError('x')
# expect: coroutine: None
# expect: join: False True
# expect: timeout: TimeoutError, not early: True
# expect: settled by a thread, for a thread, while the loop is kept: value

import threading
import time

import greenhost
from greenhost import await_, ops, spawn


def later(value):
    time.sleep(0.02)
    if isinstance(value, BaseException):
        raise value
    return value


def timed_out(outcome):
    start = time.monotonic()
    try:
        outcome.result(0.05)
    except TimeoutError as error:
        return f"{type(error).__name__}, not early: {time.monotonic() - start >= 0.05}"


promise = greenhost.Promise()
waiting = ops.work(promise.result)
time.sleep(0.01)
promise.set_result("value")
print("promise:", await_(waiting))
print("task:", await_(ops.work(spawn(later, "task's").result)))
print("operation:", await_(ops.work(ops.sleep(0.02).result)))
print("error:", repr(ops.work(spawn(later, KeyError("x")).result).exception()))


async def coroutine(operation):
    return await operation


print("coroutine:", await_(ops.work(await_, coroutine(ops.sleep(0.02)))))
gate = greenhost.Promise()
task = spawn(gate.result)
joined = [await_(ops.work(task.join, 0))]
gate.set_result(None)
print("join:", *joined, await_(ops.work(task.join, 60)))
print("timeout:", await_(ops.work(timed_out, greenhost.Promise())))

promise, seen = greenhost.Promise(), threading.Event()
waiting = ops.work(lambda: (promise.result(), seen.set()))
settling = ops.work(lambda: (time.sleep(0.02), promise.set_result("value")))
while not seen.is_set():
    pass
print("settled by a thread, for a thread, while the loop is kept:", promise.result())
