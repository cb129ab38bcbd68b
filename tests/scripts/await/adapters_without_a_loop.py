# SPDX-License-Identifier: MIT OR Apache-2.0
"""What is made of await_() needs no event loop, where the program has imported none."""
# expect: enter
# expect: [0, 1, 2]
# expect: exit KeyError
# expect: slept
# expect: no asyncio, no trio
import sys
from contextlib import asynccontextmanager

from greenhost import async_context, async_iter, autoawait, ops


@asynccontextmanager
async def block():
    await ops.sleep(0)
    try:
        yield "enter"
    except KeyError as error:
        await ops.sleep(0)
        print("exit", type(error).__name__)


async def numbers():
    for number in range(3):
        await ops.sleep(0)
        yield number


@autoawait
async def sleep():
    await ops.sleep(0)
    return "slept"


with async_context(block()) as word:
    print(word)
    print(list(async_iter(numbers())))
    raise KeyError
print(sleep())
print(*(f"no {name}" for name in ("asyncio", "trio") if name not in sys.modules), sep=", ")
