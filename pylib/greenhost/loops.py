# SPDX-License-Identifier: MIT OR Apache-2.0
"""Event loops of the host's own, where await_() runs what a plain task awaits.

One of asyncio or of Trio starts on first use, and goes on until the program ends.
"""

import os
import sys
from collections.abc import Awaitable
from contextlib import suppress
from contextvars import ContextVar, Token
from importlib import import_module
from types import TracebackType
from typing import TypeVar

import _greenhost

from ._loop import Loop, close, running

__all__ = ["LoopBlock", "asyncio_loop", "close_all", "trio_loop", "wait"]

T = TypeVar("T")

# How long the loops may take to end when the program does, in seconds.
GRACE = 2.0


# Those of the parent process: not to be finalized, which would close what they share with it.
_parents: list[Loop] = []
_chosen: ContextVar[tuple[str, str] | None] = ContextVar("greenhost_loop", default=None)


def _after_fork() -> None:
    for loop in running.values():
        loop.ending = True
        _parents.append(loop)
    running.clear()


os.register_at_fork(after_in_child=_after_fork)


def _new(library: str, name: str) -> Loop:
    if library == "asyncio":
        from ._loop_asyncio import AsyncioLoop

        return AsyncioLoop(name)
    from ._loop_trio import TrioLoop

    return TrioLoop(name)


def _loop(library: str, name: str) -> Loop:
    full = f"{library} loop" if name == "main" else f"{library} loop {name}"
    loop = running.get(full)
    if loop is None:
        # That imports a module, so another task may have been here when it is done.
        made = _new(library, full)
        loop = running.setdefault(full, made)
        if loop is made:
            try:
                loop.start()
            except BaseException:
                del running[full]
                raise
    loop.wait_until_ready()
    return loop


def _await_in(names: tuple[str, str], awaitable: Awaitable[T]) -> T:
    try:
        servant = _loop(*names).servant()
    except BaseException:
        close(awaitable)
        raise
    return servant.await_(awaitable)


class LoopBlock:
    """A loop of the host's: in its `with` block, await_() of a plain task runs there.

    Tasks that are started in the block do as it does. The loop goes on after it, until the program ends.
    """

    def __init__(self, library: str, name: str) -> None:
        self._names = library, name
        self._tokens: list[Token[tuple[str, str] | None]] = []

    def await_(self, awaitable: Awaitable[T]) -> T:
        """Wait in this loop until the awaitable is done; return its value or raise its exception.

        In a task, on the loop's thread; parks.
        """
        return _await_in(self._names, awaitable)

    def __enter__(self) -> "LoopBlock":
        self._tokens.append(_chosen.set(self._names))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _chosen.reset(self._tokens.pop())


def asyncio_loop(name: str = "main") -> LoopBlock:
    """Return the host's asyncio loop of that name, the same for all who ask for it.

    `with asyncio_loop():` has await_() use it, and asyncio_loop().await_(x) once. It starts when it is
    first needed. Without either, await_() of a coroutine uses the main one as soon as the program has
    imported asyncio. Any thread; never parks.
    """
    import_module("asyncio")
    return LoopBlock("asyncio", name)


def trio_loop(name: str = "main") -> LoopBlock:
    """Return the host's Trio loop of that name, the same for all who ask for it.

    `with trio_loop():` has await_() use it, and trio_loop().await_(x) once. It starts when it is first
    needed. Raises ImportError without Trio. Any thread; never parks.
    """
    import_module("trio")
    return LoopBlock("trio", name)


def wait(awaitable: Awaitable[T]) -> T:
    """Do what await_() does in a plain task, once the program has imported asyncio or Trio."""
    names = _chosen.get()
    if names is None:
        if "asyncio" not in sys.modules:
            return _greenhost.drive(awaitable)
        names = "asyncio", "main"
    return _await_in(names, awaitable)


def close_all() -> None:
    """End the loops, in order: what runs there is cancelled, generators and executors are shut down.

    At the end of the program, in the main task; parks for GRACE seconds at most.
    """
    deadline = _greenhost.current_time() + GRACE
    left = list(running.values())
    for loop in left:
        with suppress(RuntimeError):  # it has ended meanwhile
            loop.stop()
    for loop in left:
        if not loop.task.join(max(0.0, deadline - _greenhost.current_time())):
            print(f"greenhost: the {loop.name} did not end; it has been left", file=sys.stderr)
