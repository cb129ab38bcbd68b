# SPDX-License-Identifier: MIT OR Apache-2.0
# Stock asyncio loops run side by side, each in a task, with a subprocess each, beside a blocking
# task; a loop that is busy lets the others run.
# hooks: epoll_wait
# expect: [0, 1, 2, 3, 4]
# expect: at once: True
# expect: the busy one let others run
import asyncio
import time

import greenhost


async def job(number):
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f"sleep 0.2; echo {number}", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return int(output)


async def spin(seconds):
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0)


start = time.monotonic()
tasks = [greenhost.spawn(asyncio.run, job(number)) for number in range(5)]
print(sorted(task.result() for task in tasks))
print("at once:", time.monotonic() - start < 0.9)
busy = greenhost.spawn(asyncio.run, spin(30))
greenhost.sleep(0.02)
print("the busy one let others run")
busy.cancel()
busy.join()
