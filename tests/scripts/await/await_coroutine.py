# SPDX-License-Identifier: MIT OR Apache-2.0
"""Whatever Python can await, await_() can: coroutines, generators made so, objects."""
# expect: nothing to wait for: 1
# expect: types.coroutine: 2
# expect: __await__: 3
# expect: async for and with: [0, 1, 2]
# expect: nested: 4
# expect: two at once: ['a', 'b', 'a', 'b']
# expect: a foreign error is thrown in, and caught: 5

import asyncio
import contextlib
import types

from greenhost import await_, ops, spawn


async def nothing():
    return 1


print("nothing to wait for:", await_(nothing()))


@types.coroutine
def generator():
    yield from ops.sleep(0).__await__()
    return 2


print("types.coroutine:", await_(generator()))


class Awaitable:
    """Awaits a sleep."""

    def __await__(self):
        yield from ops.sleep(0).__await__()
        return 3


print("__await__:", await_(Awaitable()))


async def count(n):
    for i in range(n):
        await ops.sleep(0)
        yield i


@contextlib.asynccontextmanager
async def manager():
    yield count(3)
    await ops.sleep(0)


async def iterate():
    async with manager() as numbers:
        got = [number async for number in numbers]
    return got


print("async for and with:", await_(iterate()))


async def nested():
    # A coroutine may call a function that blocks, which may run a coroutine.
    return await_(nothing()) + await_(Awaitable())


print("nested:", await_(nested()))

order = []


async def step(name):
    for _ in range(2):
        order.append(name)
        await ops.sleep(0.005)


for task in [spawn(lambda name=name: await_(step(name))) for name in "ab"]:
    task.result()
print("two at once:", order)


async def catch():
    loop = asyncio.new_event_loop()
    try:
        await loop.create_future()
    except RuntimeError:
        loop.close()
        await ops.sleep(0)
        return 5


print("a foreign error is thrown in, and caught:", await_(catch()))
