# SPDX-License-Identifier: MIT OR Apache-2.0
"""A coroutine that a task runs can await operations, promises and tasks."""
# expect: worked
# expect: promised
# expect: spawned
# expect: caught OSError
# expect: 3 finally

import time

import greenhost
from greenhost import await_, ops, spawn


async def inner(promise):
    await ops.sleep(0.01)
    print(await ops.work(str.lower, "WORKED"))
    print(await promise)
    return await spawn(lambda: time.sleep(0.01) or "spawned")


async def outer(promise):
    try:
        print(await inner(promise))
        try:
            await ops.read(-1, 1)
        except OSError:
            print("caught OSError")
        return 3
    finally:
        await ops.sleep(0)


promise = greenhost.Promise()
spawn(promise.set_result, "promised")
print(await_(outer(promise)), "finally")
