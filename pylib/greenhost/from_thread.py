# SPDX-License-Identifier: MIT OR Apache-2.0
"""The way back from a thread of greenhost.to_thread: what must run where the tasks are.

The task that waits for the thread does it, in its own scopes and context, and the thread waits.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from _greenhost import await_

from .to_thread import Call, here

__all__ = ["run", "run_sync"]

T = TypeVar("T")


def _call() -> Call:
    call: Call | None = getattr(here, "call", None)
    if call is None:
        raise RuntimeError("this thread was not started by greenhost.to_thread.run_sync()")
    return call


def run_sync(fn: Callable[..., T], /, *args: Any) -> T:
    """Have the task that waits for this thread call fn(*args); return its result or raise its exception.

    It may block, which parks that task. Raises Cancelled when the task has been cancelled and does not
    wait any more, RuntimeError in any other thread. Blocks the thread.
    """
    return _call().ask(partial(fn, *args))


def run(afn: Callable[..., Awaitable[T]], /, *args: Any) -> T:
    """The same for an async function: the task calls await_(afn(*args))."""
    return _call().ask(lambda: await_(afn(*args)))
