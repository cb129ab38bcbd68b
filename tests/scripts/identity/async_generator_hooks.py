# SPDX-License-Identifier: MIT OR Apache-2.0
# The hooks of asynchronous generators that a loop sets are its task's own.
# expect: 2 finalized by their own loops
import asyncio

import greenhost

log = []


async def generate(number):
    try:
        yield number
        yield number
    finally:
        log.append(asyncio.get_running_loop())


async def leave_one(number):
    generator = generate(number)
    await generator.__anext__()
    greenhost.checkpoint()
    loop = asyncio.get_running_loop()
    del generator
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return loop


tasks = [greenhost.spawn(asyncio.run, leave_one(number)) for number in range(2)]
loops = {task.result() for task in tasks}
print(len(loops & set(log)), "finalized by their own loops")
