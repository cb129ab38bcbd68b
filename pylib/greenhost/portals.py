# SPDX-License-Identifier: MIT OR Apache-2.0
"""Portals: synchronous code, called in a task of asyncio or Trio, waits for what is asynchronous.

Each step of a task that has a portal runs in a greenlet of its own, so that await_(), however deep
in synchronous calls, can hand what it waits for to the task's own event loop. The other tasks of that
loop go on meanwhile, as they do during an `await`.

All of this works in any thread.
"""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

import _greenhost

from . import nested

__all__ = [
    "bestow_portal",
    "ensure_portal",
    "has_portal",
    "with_portal_run",
    "with_portal_run_sync",
    "with_portal_run_tree",
]

T = TypeVar("T")

# Tasks in the middle of with_portal_run(). A task with a portal for good has it as its coroutine.
_scoped: WeakSet[Any] = WeakSet()


# ---- which task ----


def _frames_between(coroutine: Any) -> int:
    """How many frames lie between here and a coroutine that called this; a lot if it did not."""
    frame, distance = sys._getframe(), 0
    wanted = getattr(coroutine, "cr_frame", None)
    while frame.f_back is not None and frame is not wanted:
        frame, distance = frame.f_back, distance + 1
    return distance if frame is wanted else sys.maxsize


def _check_library() -> None:
    """Refuse a library other than the two, if there is a way to know of it."""
    sniffio: Any = sys.modules.get("sniffio")
    if sniffio is None:
        return
    try:
        library = sniffio.current_async_library()
    except RuntimeError:
        return
    if library not in ("asyncio", "trio"):
        raise RuntimeError(f"greenhost does not support {library}")


def _no_task() -> RuntimeError:
    """The error that sniffio would raise, where there is one to be caught."""
    message = "no task of asyncio or Trio is running here"
    sniffio: Any = sys.modules.get("sniffio")
    kind: type[RuntimeError] = (
        RuntimeError if sniffio is None else sniffio.AsyncLibraryNotFoundError
    )
    return kind(message)


def _current() -> tuple[Any, Any]:
    """The task that is running and its library, the inner one where one runs in the other."""
    _check_library()
    asyncio_task, trio_task = _greenhost.async_tasks()
    if asyncio_task is None and trio_task is None:
        raise _no_task()
    inside_trio = asyncio_task is None
    if asyncio_task is not None and trio_task is not None:
        to_trio = _frames_between(trio_task.coro)
        inside_trio = to_trio <= _frames_between(asyncio_task.get_coro())
    name, task = ("trio", trio_task) if inside_trio else ("asyncio", asyncio_task)
    return task, sys.modules[name]


def _coroutine(task: Any) -> Any:
    return task._coro if hasattr(task, "get_coro") else task.coro


def _is_bestowed(task: Any) -> bool:
    coroutine = _coroutine(task)
    return isinstance(coroutine, _greenhost.Portal) and coroutine.cr_frame is not None


def missing(_awaitable: object) -> str:
    """Say why await_() can't wait here, in a task that has no portal to wait through."""
    task, library = _current()
    if _is_bestowed(task):
        return (
            f"You must yield to the event loop (try 'await {library.__name__}.sleep(0)') after "
            "calling bestow_portal() on the running task, before await_() can be used in it"
        )
    return (
        "You must create a greenhost portal for this task to use await_() in it: "
        "'await greenhost.ensure_portal()', or run the function with "
        "'await greenhost.with_portal_run(async_function, *args)'"
    )


# ---- portals ----


def _open(awaitable: Awaitable[T]) -> "_greenhost.Portal[T]":
    nested.allow()
    return _greenhost.open_portal(awaitable)


def has_portal(task: Any = None) -> bool:
    """Return whether a task of asyncio or Trio can use await_(); by default the running one.

    False, and no error, where no such task is running. A portal that the running task was given by
    bestow_portal() counts from its next step on.
    """
    try:
        current = _current()[0]
    except RuntimeError:
        current = None
    if task is None or task is current:
        return current is not None and _greenhost.in_portal()
    return task in _scoped or _is_bestowed(task)


def bestow_portal(task: Any) -> None:
    """Give a task of asyncio or Trio a portal, from its next step on until it ends.

    One that has a portal keeps it. For the running task use ensure_portal(), which takes that step.
    """
    if not hasattr(task, "get_coro") and not hasattr(task, "coro"):
        raise TypeError(f"only a task of asyncio or Trio can have a portal, not {task!r}")
    if task in _scoped or _is_bestowed(task):
        return
    portal = _open(_coroutine(task))
    if hasattr(task, "get_coro"):
        _greenhost.replace_coroutine(task, portal)
    else:
        task.coro = portal


async def ensure_portal() -> None:
    """Make sure that the running task of asyncio or Trio can use await_(), until it ends.

    Called again it gives no second portal. It is a checkpoint in any case: other tasks have a turn,
    and a cancellation is raised here.
    """
    task, library = _current()
    if not has_portal():
        bestow_portal(task)
    await library.sleep(0)


async def with_portal_run(async_fn: Callable[..., Awaitable[T]], /, *args: Any, **kwds: Any) -> T:
    """Await async_fn(*args, **kwds), with a portal for as long as that takes.

    A task that has a portal uses that. No checkpoint is added to those of the function.
    """
    task = _current()[0]
    if _greenhost.in_portal():
        return await async_fn(*args, **kwds)
    _scoped.add(task)
    try:
        return await _open(async_fn(*args, **kwds))
    finally:
        _scoped.discard(task)


async def with_portal_run_sync(sync_fn: Callable[..., T], /, *args: Any, **kwds: Any) -> T:
    """Call sync_fn(*args, **kwds), with a portal for as long as that takes.

    A task that has a portal uses that. No checkpoint is added to those of the function's await_().
    """
    task = _current()[0]
    if _greenhost.in_portal():
        return sync_fn(*args, **kwds)
    _scoped.add(task)
    nested.allow()
    try:
        return await _greenhost.open_portal_sync(partial(sync_fn, *args, **kwds))
    finally:
        _scoped.discard(task)


# ---- trees of tasks ----


class _Tree:
    """A Trio instrument that gives a portal to each task born under one that runs in a tree.

    It knows how many nurseries were open around each such run: tasks that are born in those later
    have the same parent, and are no part of the tree.
    """

    def __init__(self) -> None:
        self.around: dict[Any, int] = {}
        self.runs = 0

    def task_spawned(self, task: Any) -> None:
        """Called by Trio before the task's first step."""
        nursery = task.parent_nursery
        around = None if nursery is None else self.around.get(nursery.parent_task)
        if around is not None and nursery in nursery.parent_task.child_nurseries[around:]:
            bestow_portal(task)
            self.around[task] = 0

    def task_exited(self, task: Any) -> None:
        """Called by Trio after the task's last step."""
        self.around.pop(task, None)


# Holds the instrument of each run of Trio that needs one; made with the first.
_tree_of_run: Any = None


def _join_tree(lowlevel: Any) -> _Tree:
    global _tree_of_run
    if _tree_of_run is None:
        _tree_of_run = lowlevel.RunVar("greenhost_tree", default=None)
    tree: _Tree | None = _tree_of_run.get()
    if tree is None:
        tree = _Tree()
        lowlevel.add_instrument(tree)
        _tree_of_run.set(tree)
    tree.runs += 1
    return tree


def _leave_tree(lowlevel: Any, tree: _Tree) -> None:
    tree.runs -= 1
    if tree.runs == 0:
        _tree_of_run.set(None)
        lowlevel.remove_instrument(tree)


async def with_portal_run_tree(
    async_fn: Callable[..., Awaitable[T]], /, *args: Any, **kwds: Any
) -> T:
    """Await async_fn(*args, **kwds), with a portal for it and for every task born inside it.

    trio.run(with_portal_run_tree, main) gives one to a whole program. Trio alone says when a task is
    born, so this is for Trio; under asyncio it raises RuntimeError.
    """
    try:
        task, library = _current()
    except RuntimeError:
        library = None
    if library is None or library.__name__ != "trio":
        raise RuntimeError("with_portal_run_tree() is only supported when running under Trio")
    tree = _join_tree(library.lowlevel)
    outermost = task not in tree.around
    try:
        tree.around.setdefault(task, len(task.child_nurseries))
        return await with_portal_run(async_fn, *args, **kwds)
    finally:
        if outermost:
            del tree.around[task]
        _leave_tree(library.lowlevel, tree)
