# SPDX-License-Identifier: MIT OR Apache-2.0
# Stock asyncio loops run side by side, each in a task, with a subprocess each, beside a blocking
# task; a loop that is busy lets the others run.
# hooks: epoll_wait
# expect: [0, 1, 2, 3, 4]
# expect: the busy one let others run
import asyncio

import greenhost


async def job(number):
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", f"read go; echo {number}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    begun.append(number)
    while len(begun) < 5:
        await asyncio.sleep(0.001)
    output, _ = await process.communicate(b"\n")
    return int(output)


async def spin(seconds):
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0)


begun = []
tasks = [greenhost.spawn(asyncio.run, job(number)) for number in range(5)]
print(sorted(task.result() for task in tasks))
busy = greenhost.spawn(asyncio.run, spin(30))
greenhost.sleep(0.02)
print("the busy one let others run")
busy.cancel()
busy.join()
