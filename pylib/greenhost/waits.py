# SPDX-License-Identifier: MIT OR Apache-2.0
"""How a task of asyncio or Trio waits for a Task, a Promise or an Operation of greenhost.

Through its own library, so that the other tasks of its loop go on. Whoever settles the outcome, in
whichever thread, wakes the loop. The outcome goes on if the waiting is cancelled.
"""

import sys
from collections.abc import Coroutine, Generator
from contextlib import suppress
from typing import Any

from _greenhost import Outcome, Watch

from .portals import _current

__all__ = ["steps"]


async def _in_asyncio(outcome: Outcome[Any]) -> Any:
    loop = sys.modules["asyncio"].get_running_loop()
    future = loop.create_future()

    def wake() -> None:
        if not future.done():
            future.set_result(None)

    def settled() -> None:
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(wake)

    watch = Watch(outcome, settled)
    try:
        await future
    finally:
        del watch
    return outcome.result()


async def _in_trio(outcome: Outcome[Any]) -> Any:
    trio: Any = sys.modules["trio"]
    lowlevel = trio.lowlevel
    token, task, waiting = lowlevel.current_trio_token(), lowlevel.current_task(), True

    def wake() -> None:
        if waiting:
            lowlevel.reschedule(task)

    def settled() -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(wake)

    def abort(_raise_cancel: Any) -> Any:
        nonlocal waiting
        waiting = False
        return lowlevel.Abort.SUCCEEDED

    watch = Watch(outcome, settled)
    try:
        await lowlevel.wait_task_rescheduled(abort)
    finally:
        waiting = False
        del watch
    return outcome.result()


def steps(outcome: Outcome[Any]) -> Generator[Any, Any, Any]:
    """Return the iterator behind `await outcome`, in the running task of asyncio or Trio."""
    library = _current()[1].__name__
    wait: Coroutine[Any, Any, Any] = (_in_trio if library == "trio" else _in_asyncio)(outcome)
    return wait.__await__()
