# SPDX-License-Identifier: MIT OR Apache-2.0
"""Jobs of the soak for the package: scopes, nurseries, threads, promises, operations, and event loops."""

import asyncio
import concurrent.futures.thread  # noqa: F401
import os
import signal
import time

import trio
from common import PATIENCE, Beside, a_while

import greenhost
from greenhost import from_thread, ops, to_thread

# concurrent.futures.thread is imported because asyncio.to_thread() would do so in the midst of it. It
# has a fork take its lock before and release it after; CPython does the second alone where the import
# comes between the two.

# Trio keeps a thread that has nothing to do for ten seconds, which nobody wants to wait for.
trio._core._thread_cache.IDLE_TIMEOUT = 0.1


# ---- scopes and nurseries ----


def time_limit():
    with greenhost.move_on_after(a_while(0.005)) as scope:
        time.sleep(PATIENCE)
    assert scope.cancelled_caught


def shielded():
    """What is shielded ends, though its time is up, and what follows does not."""
    finished = []
    with greenhost.move_on_after(0):
        with greenhost.CancelScope(shield=True):
            time.sleep(a_while(0.002))
            finished.append("shielded")
        time.sleep(PATIENCE)
        finished.append("not")
    assert finished == ["shielded"]


def nursery():
    finished = []

    def child(number):
        time.sleep(a_while(0.002))
        finished.append(number)

    with greenhost.open_nursery() as children:
        for number in range(5):
            children.start_soon(child, number)
    assert sorted(finished) == [0, 1, 2, 3, 4]


def failing_nursery():
    """One child fails, and the others are not waited for."""

    def fail():
        time.sleep(a_while(0.002))
        raise KeyError

    try:
        with greenhost.open_nursery() as children:
            children.start_soon(time.sleep, PATIENCE)
            children.start_soon(fail)
    except ExceptionGroup as group:
        assert group.split(KeyError)[1] is None
        return
    raise AssertionError("no child failed")


def channel():
    send, receive = greenhost.open_memory_channel(1)

    def produce():
        with send:
            for number in range(10):
                send.send(number)

    with receive, Beside(produce):
        assert list(receive) == list(range(10))


# ---- threads, promises, operations ----


def thread_for_a_call():
    """It asks the task that waits for it."""

    def ask():
        return from_thread.run_sync(time.sleep, a_while(0.002))

    assert to_thread.run_sync(ask) is None


def preemptive():
    """It gives way while it computes."""
    task = greenhost.spawn(sum, (number for number in range(200_000)), preemptive=True)
    assert task.result() == 19_999_900_000


def promise():
    """Settled by a thread of the system's."""
    promised = greenhost.Promise()
    thread = greenhost.os_thread(promised.set_result, 7)
    assert promised.result() == 7
    thread.join()


def work():
    assert greenhost.await_(ops.work(sum, [1, 2, 3])) == 6


def failing_work():
    try:
        greenhost.await_(ops.work(int, "no number"))
    except ValueError:
        return
    raise AssertionError("it is a number")


def awaited_signal():
    operation = ops.signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    assert greenhost.await_(operation) == signal.SIGUSR1


# ---- event loops ----


async def coroutines():
    async def one(number):
        await asyncio.sleep(a_while())
        return number

    assert await asyncio.gather(*(one(number) for number in range(5))) == [0, 1, 2, 3, 4]
    try:
        await asyncio.wait_for(asyncio.sleep(PATIENCE), 0.001)
    except asyncio.TimeoutError:
        return
    raise AssertionError("it slept too little")


async def trio_main():
    async with trio.open_nursery() as children:
        send, receive = trio.open_memory_channel(0)
        children.start_soon(send.send, 5)
        assert await receive.receive() == 5
        assert await trio.to_thread.run_sync(sum, [1, 2]) == 3
    with trio.move_on_after(0.001) as scope:
        await trio.sleep(PATIENCE)
    assert scope.cancelled_caught


def asyncio_loop():
    asyncio.run(coroutines())


def asyncio_thread():
    assert asyncio.run(asyncio.to_thread(sum, [1, 2])) == 3


def trio_loop():
    trio.run(trio_main)


def awaiting_asyncio():
    greenhost.await_(coroutines())


def awaiting_trio():
    with greenhost.trio_loop():
        greenhost.await_(trio_main())


def portal():
    """Synchronous code in a task of asyncio's waits there."""

    async def main():
        await greenhost.ensure_portal()
        greenhost.await_(coroutines())

    asyncio.run(main())
