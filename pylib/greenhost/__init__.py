# SPDX-License-Identifier: MIT OR Apache-2.0
"""Virtual threads for unmodified Python.

A task runs plain blocking code; when that would block, the task parks on greenhost's loop and
another one runs.  This package is the part of it that Python code sees.
"""

from _greenhost import (
    Cancelled,
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

__all__ = [
    "Cancelled",
    "Outcome",
    "Promise",
    "Task",
    "await_",
    "checkpoint",
    "current_task",
    "dump",
    "sleep",
    "spawn",
    "tasks",
]
