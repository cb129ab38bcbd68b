# SPDX-License-Identifier: MIT OR Apache-2.0
"""await_() of what can't be awaited says so, and leaves no coroutine that was never awaited."""
# expect: TypeError: object int can't be used in 'await' expression; await_() needs a task, a promise, an operation or a coroutine
# expect: TypeError: object generator can't be used in 'await' expression; await_() needs a task, a promise, an operation or a coroutine
# expect: TypeError: object builtin_function_or_method can't be used in 'await' expression; await_() needs a task, a promise, an operation or a coroutine
# expect: TypeError: Wrong.__await__() returned int, which is no iterator
# expect: RuntimeError: attached to a different loop
# expect: RuntimeError: attached to a different loop
# expect: RuntimeError: a task can't wait for itself
# expect: RuntimeError: cannot reuse already awaited coroutine
# expect: RuntimeError: the coroutine is being awaited already
# expect: the first goes on: 7

import asyncio
import threading
import time
import warnings

from greenhost import await_, current_task, ops, spawn

warnings.simplefilter("error")


class Wrong:
    """Its __await__ is wrong."""

    def __await__(self):
        return 3


async def awaits(x):
    return await x


finished = awaits(ops.sleep(0))
await_(finished)
gate = threading.Event()
under_way = awaits(ops.work(lambda: gate.wait() and 7))
first = spawn(await_, under_way)
time.sleep(0)
loop = asyncio.new_event_loop()
wrong = [3, (x for x in ()), await_, Wrong(), loop.create_future(), awaits(loop.create_future())]
wrong += [current_task(), finished, under_way]
for awaitable in wrong:
    try:
        await_(awaitable)
    except (TypeError, RuntimeError) as error:
        message = str(error)
        elsewhere = "attached to a different loop"
        print(f"{type(error).__name__}: {elsewhere if elsewhere in message else message}")
loop.close()
gate.set()
print("the first goes on:", first.result())
