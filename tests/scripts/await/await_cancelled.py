# SPDX-License-Identifier: MIT OR Apache-2.0
"""Cancelling a task that drives a coroutine raises in the coroutine, where it waits."""
# expect: finally in the coroutine
# expect: Cancelled()
# expect: a coroutine may survive it: survived

import time

from greenhost import Cancelled, await_, ops, spawn


async def waits():
    try:
        await ops.sleep(100)
    finally:
        await ops.sleep(0)
        print("finally in the coroutine")


async def survives():
    try:
        await ops.sleep(100)
    except Cancelled:
        return "survived"


def cancel(coroutine):
    task = spawn(await_, coroutine)
    time.sleep(0)
    task.cancel()
    return task


print(repr(cancel(waits()).exception()))
print("a coroutine may survive it:", cancel(survives()).result())
