# SPDX-License-Identifier: MIT OR Apache-2.0
"""A threading.Thread for each task that asks threading who it is.

Else threading would make it a _DummyThread, as it does for threads that it has not started: a
daemon, which makes daemons of the threads that are started there, so that the program ends without
them; which can't be joined; and which in the child of a fork leaves the interpreter without a main
thread that can end. threading keeps its threads in one dictionary, and that is where we come in:
what it does not find there and is a task, is made. A task that was started as a thread, with
--threads=tasks, has no need of that: threading has started it, or would not know it under python3.
"""

# mypy does not know the insides of threading.
# mypy: disable-error-code="attr-defined, misc"

import threading

from collections.abc import Callable

from _greenhost import Task, current_task, start_os_thread


class TaskThread(threading.Thread):
    """The thread that a task is, already started. It ends with the task; exit does not wait."""

    def __init__(self, task: Task[object]) -> None:
        super().__init__(name=task.name, daemon=False)
        # Released when the task ends, which is what join() and is_alive() look at. It does not go
        # among the locks that exit waits for; in the child of a fork, somebody may have held those.
        self._tstate_lock = threading._set_sentinel()
        self._tstate_lock.acquire()
        self._started.set()
        self._set_ident()
        self._set_native_id()


class Threads(dict[int, threading.Thread]):
    """threading's dictionary of its threads.

    Where threading has been told that threads are something else, as gevent tells it, they have
    other identities than ours, and it is left alone.
    """

    def __missing__(self, ident: int) -> threading.Thread:
        try:
            task = current_task()
        except RuntimeError:
            raise KeyError(ident) from None
        if task.thread or ident != task.ident:
            raise KeyError(ident)
        self[ident] = thread = TaskThread(task)
        return thread


def install() -> None:
    threading._active = Threads(threading._active)


def os_thread(
    function: Callable[..., object],
    /,
    *args: object,
    name: str | None = None,
    daemon: bool | None = None,
) -> threading.Thread:
    """Start function(*args) in a thread of the operating system and return its Thread.

    With --threads=os that is what threading does; with --threads=tasks a thread is a task, and this
    is how to get one that runs while a task computes in C. It has no loop: what blocks there blocks
    that thread. What threading's threads are started from there are threads as well.

    name and daemon are those of threading.Thread. RuntimeError when the system has no thread left.
    From any thread; parks the calling task until the thread has begun.
    """
    thread = threading.Thread(target=function, args=args, name=name, daemon=daemon)
    # What Thread.start() does.
    with threading._active_limbo_lock:
        threading._limbo[thread] = thread
    try:
        start_os_thread(thread._bootstrap, ())
    except Exception:
        with threading._active_limbo_lock:
            del threading._limbo[thread]
        raise
    thread._started.wait()
    return thread
