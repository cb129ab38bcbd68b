# SPDX-License-Identifier: MIT OR Apache-2.0
# Stock Trio loops run side by side, each in a task.
# hooks: epoll_wait
# expect: [0, 1, 2]
# expect: at once: True
import time

import trio

import greenhost


async def job(number):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 0.2)
        nursery.start_soon(trio.to_thread.run_sync, time.sleep, 0.1)
    return number


start = time.monotonic()
tasks = [greenhost.spawn(trio.run, job, number) for number in range(3)]
print(sorted(task.result() for task in tasks))
print("at once:", time.monotonic() - start < 0.55)
