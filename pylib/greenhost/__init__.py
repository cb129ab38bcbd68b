# SPDX-License-Identifier: MIT OR Apache-2.0
"""Virtual threads for unmodified Python.

A task runs plain blocking code; when that would block, the task parks on greenhost's loop and
another one runs. Start one with spawn(), wait for it with its join() or result().

await_(x) waits for anything that will have an outcome: a Task, a Promise, which the program settles
itself from any thread, or one of the loop's own operations in greenhost.ops. In a task of asyncio or
Trio that has a portal (ensure_portal() gives it one) it waits for whatever can be awaited there.

Times are in seconds. Everything here belongs to the thread that runs the program, where the tasks
are, but for what says "from any thread".
"""

# `threading` takes the thread that imports it for the main one, and that must not be a task.
import threading as _threading  # noqa: F401

from _greenhost import (
    Cancelled,
    Operation,
    Outcome,
    Promise,
    Task,
    await_,
    checkpoint,
    current_task,
    dump,
    sleep,
    spawn,
    tasks,
)

from . import _threads, ops
from .adapters import async_context, async_iter, autoawait, decorate_as_sync
from .portals import (
    bestow_portal,
    ensure_portal,
    has_portal,
    with_portal_run,
    with_portal_run_sync,
    with_portal_run_tree,
)

__all__ = [
    "Cancelled",
    "Operation",
    "Outcome",
    "Promise",
    "Task",
    "async_context",
    "async_iter",
    "autoawait",
    "await_",
    "bestow_portal",
    "checkpoint",
    "current_task",
    "decorate_as_sync",
    "dump",
    "ensure_portal",
    "has_portal",
    "ops",
    "sleep",
    "spawn",
    "tasks",
    "with_portal_run",
    "with_portal_run_sync",
    "with_portal_run_tree",
]

_threads.install()
