# SPDX-License-Identifier: MIT OR Apache-2.0
# Stock Trio loops run side by side, each in a task.
# hooks: epoll_wait
# expect: [0, 1, 2]
import trio

import greenhost


async def job(number):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, begun.append, number)
        while len(begun) < 3:
            await trio.sleep(0.001)
    return number


begun = []
tasks = [greenhost.spawn(trio.run, job, number) for number in range(3)]
print(sorted(task.result() for task in tasks))
