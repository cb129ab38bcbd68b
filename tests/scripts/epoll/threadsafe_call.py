# SPDX-License-Identifier: MIT OR Apache-2.0
# A real thread wakes an asyncio loop that a task runs.
# hooks: epoll_wait
# expect: woken
import asyncio
import threading

import greenhost

ready = []


async def wait():
    event = asyncio.Event()
    ready.append((asyncio.get_running_loop(), event))
    await event.wait()
    print("woken")


def wake():
    loop, event = ready[0]
    loop.call_soon_threadsafe(event.set)


task = greenhost.spawn(asyncio.run, wait())
while not ready:
    greenhost.checkpoint()
thread = threading.Thread(target=wake)
thread.start()
task.join()
thread.join()
