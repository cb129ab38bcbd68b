# SPDX-License-Identifier: MIT OR Apache-2.0
# Tasks that are the first to await something, all at once, get the same loop.
# expect: 1
# expect: 1
import asyncio

import trio
from greenhost import await_, spawn, trio_loop


async def asyncios():
    await asyncio.sleep(0)
    return id(asyncio.get_running_loop())


async def trios():
    await trio.sleep(0)
    return id(trio.lowlevel.current_trio_token())


def in_trio():
    with trio_loop():
        return await_(trios())


print(len({task.result() for task in [spawn(lambda: await_(asyncios())) for _ in range(9)]}))
print(len({task.result() for task in [spawn(in_trio) for _ in range(9)]}))
