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
    CancelScope,
    Operation,
    Outcome,
    Promise,
    Task,
    TooSlowError,
    await_,
    checkpoint,
    current_effective_deadline,
    current_task,
    current_time,
    dump,
    fail_at,
    sleep,
    spawn,
    tasks,
)

from . import _threads, from_thread, ops, to_thread
from ._threads import os_thread
from .adapters import async_context, async_iter, autoawait, decorate_as_sync
from .everywhere import portal_everywhere
from .loops import asyncio_loop, trio_loop
from .nurseries import TASK_STATUS_IGNORED, Nursery, TaskStatus, open_nursery
from .portals import (
    bestow_portal,
    ensure_portal,
    has_portal,
    with_portal_run,
    with_portal_run_sync,
    with_portal_run_tree,
)
from .scopes import fail_after, move_on_after, move_on_at, sleep_forever
from .sync import (
    BrokenResourceError,
    CapacityLimiter,
    ClosedResourceError,
    EndOfChannel,
    Event,
    MemoryReceiveChannel,
    MemorySendChannel,
    WouldBlock,
    open_memory_channel,
)

__all__ = [
    "BrokenResourceError",
    "CancelScope",
    "Cancelled",
    "CapacityLimiter",
    "ClosedResourceError",
    "EndOfChannel",
    "Event",
    "MemoryReceiveChannel",
    "MemorySendChannel",
    "Nursery",
    "Operation",
    "Outcome",
    "Promise",
    "TASK_STATUS_IGNORED",
    "Task",
    "TaskStatus",
    "TooSlowError",
    "WouldBlock",
    "async_context",
    "async_iter",
    "asyncio_loop",
    "autoawait",
    "await_",
    "bestow_portal",
    "checkpoint",
    "current_effective_deadline",
    "current_task",
    "current_time",
    "decorate_as_sync",
    "dump",
    "ensure_portal",
    "fail_after",
    "fail_at",
    "from_thread",
    "has_portal",
    "move_on_after",
    "move_on_at",
    "open_memory_channel",
    "open_nursery",
    "ops",
    "os_thread",
    "portal_everywhere",
    "sleep",
    "sleep_forever",
    "spawn",
    "tasks",
    "to_thread",
    "trio_loop",
    "with_portal_run",
    "with_portal_run_sync",
    "with_portal_run_tree",
]

_threads.install()
