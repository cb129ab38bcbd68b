# SPDX-License-Identifier: MIT OR Apache-2.0
"""A portal for every task of asyncio and of Trio, from its birth.

Each library has one place that knows of all tasks: asyncio adds them to a set, whichever loop, task
factory or type of task made them, and Trio has one class. There a task gets its portal, before its
first step. A library that is not imported yet is attended to when it is.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from _greenhost import open_portal, replace_coroutine

from . import nested
from ._imports import when_imported

__all__ = ["portal_everywhere"]

_done = False


def _watch_asyncio(tasks: Any) -> None:
    """Exchange a method of the set, of the object alone."""
    add: Callable[[Any], None] = tasks._all_tasks.add

    def add_with_portal(task: Any) -> None:
        add(task)
        if hasattr(task, "get_coro"):  # whatever is no task but of the same kind may be there
            replace_coroutine(task, open_portal(task._coro))

    tasks._all_tasks.add = add_with_portal


def _watch_trio(run: Any) -> None:
    init = run.Task.__init__

    @wraps(init)
    def init_with_portal(self: Any, *args: Any, **kwds: Any) -> None:
        init(self, *args, **kwds)
        self.coro = open_portal(self.coro)

    run.Task.__init__ = init_with_portal


def portal_everywhere() -> None:
    """Give a portal to every task of asyncio and Trio that is made from now on, in any thread.

    They use await_() with no ceremony, and a loop can run inside a loop, in callbacks too. There is no
    way back. Called again it does nothing. The option --portal=always calls it before the program.

    Any thread; never parks.
    """
    global _done
    if _done:
        return
    _done = True
    nested.allow_everywhere()
    when_imported("asyncio.tasks", _watch_asyncio)
    when_imported("trio._core._run", _watch_trio)
