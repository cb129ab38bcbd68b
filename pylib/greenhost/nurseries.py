# SPDX-License-Identifier: MIT OR Apache-2.0
"""Nurseries: tasks that belong to a `with` block. Names and meaning are Trio's.

    with open_nursery() as nursery:
        nursery.start_soon(fetch, first)
        nursery.start_soon(fetch, second)

The block is left when all its tasks are done. When one of them, or the block itself, raises an exception,
the others are cancelled, and the end of the block raises a group of all that went wrong.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from _greenhost import NurseryBase

__all__ = ["TASK_STATUS_IGNORED", "Nursery", "TaskStatus", "open_nursery"]


class TaskStatus(Protocol):
    """What a function that Nursery.start() calls is given as task_status."""

    def started(self, value: Any = None) -> None:
        """Let start() return, with a value."""


class _Ignored:
    """A TaskStatus for functions that are called in the ordinary way."""

    def __repr__(self) -> str:
        return "TASK_STATUS_IGNORED"

    def started(self, value: Any = None) -> None:
        """Do nothing."""


TASK_STATUS_IGNORED: TaskStatus = _Ignored()


class _Starting:
    """The TaskStatus of one call of start(): until then the task is a child of a nursery there."""

    def __init__(self, old: NurseryBase, new: NurseryBase) -> None:
        self.old, self.new = old, new
        self.called, self.value = False, None

    def started(self, value: Any = None) -> None:
        """Let start() return, with a value; the task is now the nursery's."""
        if self.called:
            raise RuntimeError("called 'started' twice on the same task status")
        self.called, self.value = True, value
        self.old._move_children(self.new)


class Nursery(NurseryBase):
    """A block of code with the tasks that belong to it; made by open_nursery().

    cancel_scope is around them all, parent_task the Task that opened it, child_tasks a frozenset of
    the Tasks that are not done. It can be handed to those who shall start tasks in it.
    """

    __slots__ = ()

    def start(self, function: Callable[..., Any], /, *args: Any, name: str | None = None) -> Any:
        """Start a task and wait until it says that it has begun; return what it says.

        The function is called with *args and task_status, and calls task_status.started(value).
        Until then the task belongs to the caller: what it raises is raised here, and a caller that is
        cancelled takes it along. From then on it is a task of the nursery.

        Raises RuntimeError when the task ends without calling it, and once the block is left. In a
        task; parks.
        """
        self._begin_start()
        try:
            with open_nursery() as old:
                status = _Starting(old, self)
                old.start_soon(partial(function, task_status=status), *args, name=name)
        except BaseExceptionGroup as group:
            if len(group.exceptions) == 1:
                raise group.exceptions[0] from None
            raise
        finally:
            self._end_start()
        if not status.called:
            raise RuntimeError("child exited without calling task_status.started()")
        return status.value


def open_nursery() -> Nursery:
    """Return a Nursery, to be entered in a `with` statement, once."""
    return Nursery()
