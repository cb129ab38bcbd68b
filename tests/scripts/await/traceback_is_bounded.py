# SPDX-License-Identifier: MIT OR Apache-2.0
"""An exception raised for many waiters, or many times, keeps the traceback that it came with."""
# expect: ['each', 'fail']
# expect: ['each', 'fail']
# expect: ['each', 'set_later']
# expect: ['drive', 'coroutine', 'fail']
# expect: no context None

import time
import traceback

import greenhost
from greenhost import await_, ops, spawn


def fail():
    raise ValueError("once")


def each(outcome):
    outcome.result()


def names(error):
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def after_many(outcome):
    for _ in range(100):
        error = None
        try:
            each(outcome)
        except ValueError as caught:
            error = caught
    return names(error)[1:]


print(after_many(spawn(fail)))
print(after_many(ops.work(fail)))


def set_later(promise):
    try:
        raise ValueError("promised")
    except ValueError as error:
        promise.set_exception(error)


promise = greenhost.Promise()
spawn(set_later, promise)
print(after_many(promise))


async def coroutine(task):
    await task


def drive():
    await_(coroutine(task))


task = spawn(fail)
for _ in range(100):
    try:
        drive()
    except ValueError as error:
        last = names(error)[1:]
print(last)

task = spawn(fail)
try:
    raise KeyError("being handled by the waiter alone")
except KeyError:
    try:
        task.result()
    except ValueError as error:
        print("no context", error.__context__)
