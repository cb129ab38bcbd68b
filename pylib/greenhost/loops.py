# SPDX-License-Identifier: MIT OR Apache-2.0
"""Event loops of the host's own, where await_() runs what a plain task awaits.

A loop of asyncio or of Trio runs in a task of its own, started on first use. Each task that awaits
something there has one task of the library's to do so, the same one every time: what an asynchronous
context manager or generator leaves open (a nursery, a time limit) is found again by the next call.
The coroutine runs in the contextvars context of the caller, the very same one. If the caller is
cancelled, so is the coroutine, and the caller goes on when that has ended.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context, ContextVar, Token
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import _greenhost
from _greenhost import Cancelled, CancelScope, Promise, Task

__all__ = ["LoopBlock", "asyncio_loop", "close_all", "trio_loop", "wait"]

T = TypeVar("T")

# How long the loops may take to end when the program does, in seconds.
GRACE = 2.0


class Job(NamedTuple):
    """Something to be awaited for a task of greenhost's."""

    awaitable: Awaitable[Any]
    context: Context
    promise: Promise[Any]


async def _named(library: str, awaitable: Awaitable[T]) -> T:
    """For sniffio, which the context of the caller may tell something else, or nothing."""
    sniffio: Any = sys.modules["sniffio"]
    token = sniffio.current_async_library_cvar.set(library)
    try:
        return await awaitable
    finally:
        sniffio.current_async_library_cvar.reset(token)


class Servant:
    """A task of the library's that awaits what one task of greenhost's gives it to.

    It is synchronous code behind a portal, so that its jobs need not nest as coroutines do.
    """

    library: str
    cancellation: type[BaseException]  # what a job ends with that was cancelled

    def __init__(self) -> None:
        self.jobs: deque[Job | None] = deque()
        self.current: Job | None = None
        self.ending = False

    def wait_for_job(self) -> None:
        """Wait until there may be one."""
        raise NotImplementedError

    def wake(self) -> None:
        """End that wait. On the thread of the loop, in any task."""
        raise NotImplementedError

    def cancel(self, job: Job) -> None:
        """Cancel the job if it is still under way. As wake()."""
        raise NotImplementedError

    def begin(self) -> None:
        """Called before each job."""

    def finish(self, error: BaseException | None) -> None:
        """Called after each job, with the exception that it raised."""

    def serve(self) -> None:
        """What it does until the task that it is for has ended."""
        while not self.ending:
            while not self.jobs and not self.ending:
                self.wait_for_job()
            job = self.jobs.popleft() if self.jobs else None
            if job is None:
                break
            self.current = job
            self.begin()
            self._do(job)
            job = None

    def _do(self, job: Job) -> None:
        awaitable, value, error = job.awaitable, None, None
        if "sniffio" in sys.modules:
            awaitable = _named(self.library, awaitable)
        try:
            value = _greenhost.await_in(job.context, awaitable)
        except BaseException as raised:
            error = raised
        self.current = None
        self.finish(error)
        if error is None:
            job.promise.set_result(value)
            return
        job.promise.set_exception(error)
        if isinstance(error, GeneratorExit):
            raise error

    def offer(self, job: Job | None) -> None:
        """Give it a job, or None to end it. As wake()."""
        self.jobs.append(job)
        self.wake()

    def await_(self, awaitable: Awaitable[T]) -> T:
        """Have it awaited, and wait for that. In the task that it is for; parks."""
        job = Job(awaitable, _greenhost.current_context(), Promise())
        self.offer(job)
        try:
            job.promise.join()
        except BaseException:
            self._give_up(job)
            raise
        return job.promise.result()  # type: ignore[no-any-return]

    def _withdraw(self, job: Job) -> bool:
        """Take a job back that has not been begun."""
        if job not in self.jobs:
            return False
        self.jobs.remove(job)
        _close(job.awaitable)
        return True

    def _give_up(self, job: Job) -> None:
        with CancelScope(shield=True):
            while not job.promise.done() and not self._withdraw(job):
                self.cancel(job)
                try:
                    job.promise.join()
                except Cancelled:
                    continue
        error = job.promise.exception() if job.promise.done() else None
        if error is not None and not isinstance(error, (self.cancellation, Cancelled)):
            raise error


class Line:
    """What a task of greenhost's has of its servant. When the task ends it goes, and that with it."""

    def __init__(self, servant: Servant) -> None:
        self.servant = servant

    def __del__(self) -> None:
        if not self.servant.ending:
            self.servant.offer(None)


class Loop:
    """An event loop in a task of its own."""

    task: Task[None]

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = threading.local()
        self.ready: Promise[None] = Promise()  # settled once it runs
        self.ending = False

    def run(self) -> None:
        """Run it until stop(); settle `ready` once it runs."""
        raise NotImplementedError

    def stop(self) -> None:
        """Have it end in order. On its thread, in any task."""
        raise NotImplementedError

    def new_servant(self) -> Servant:
        """Start a task of the library's. On its thread, in any task."""
        raise NotImplementedError

    def start(self) -> None:
        """Start its task, in a context that is nobody's. In a task; never parks."""
        spawn: Callable[..., Task[None]] = _greenhost.spawn
        self.task = Context().run(spawn, self._main, name=self.name)
        _greenhost.serve(self.task)
        # Threads that end with the main task's servant, as anyio's do, are waited for before atexit.
        with suppress(RuntimeError):
            threading._register_atexit(self._leave)  # type: ignore[attr-defined]

    def wait_until_ready(self) -> None:
        """Wait for what start() has begun; raise what has kept it from running. Parks."""
        if not self.ready.done():
            with CancelScope(shield=True):
                self.ready.join()
        self.ready.result()

    def _leave(self) -> None:
        """End the calling task's servant, whoever may still hold the line to it."""
        line: Line | None = self.lines.__dict__.pop("line", None)
        if line is not None and not line.servant.ending:
            line.servant.offer(None)

    def _main(self) -> None:
        try:
            self.run()
        except BaseException as error:
            if self.ready.done():
                raise
            self.ready.set_exception(error)
        finally:
            self.ending = True
            if _loops.get(self.name) is self:
                del _loops[self.name]

    def await_(self, awaitable: Awaitable[T]) -> T:
        """Await something in this loop. In a task other than the loop's own; parks."""
        if _greenhost.current_task() is self.task:
            _close(awaitable)
            raise RuntimeError(
                "await_() can't wait in a callback of the event loop that it would wait for; "
                "start a task there"
            )
        line: Line | None = getattr(self.lines, "line", None)
        if line is None:
            line = self.lines.line = Line(self.new_servant())
        return line.servant.await_(awaitable)


def _close(awaitable: Awaitable[Any]) -> None:
    """Nothing is said of a coroutine that was never awaited where an error says why."""
    if isinstance(awaitable, Coroutine):
        awaitable.close()


_loops: dict[str, Loop] = {}
# Those of the parent process: not to be finalized, which would close what they share with it.
_parents: list[Loop] = []
_chosen: ContextVar[tuple[str, str] | None] = ContextVar("greenhost_loop", default=None)


def _after_fork() -> None:
    for loop in _loops.values():
        loop.ending = True
        _parents.append(loop)
    _loops.clear()


os.register_at_fork(after_in_child=_after_fork)


def _new(library: str, name: str) -> Loop:
    if library == "asyncio":
        from ._loop_asyncio import AsyncioLoop

        return AsyncioLoop(name)
    from ._loop_trio import TrioLoop

    return TrioLoop(name)


def _loop(library: str, name: str) -> Loop:
    full = f"{library} loop" if name == "main" else f"{library} loop {name}"
    loop = _loops.get(full)
    if loop is None:
        # That imports a module, so another task may have been here when it is done.
        made = _new(library, full)
        loop = _loops.setdefault(full, made)
        if loop is made:
            try:
                loop.start()
            except BaseException:
                del _loops[full]
                raise
    loop.wait_until_ready()
    return loop


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
        return _loop(*self._names).await_(awaitable)

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
    try:
        loop = _loop(*names)
    except BaseException:
        _close(awaitable)
        raise
    return loop.await_(awaitable)


def close_all() -> None:
    """End the loops, in order: what runs there is cancelled, generators and executors are shut down.

    At the end of the program, in the main task; parks for GRACE seconds at most.
    """
    deadline = _greenhost.current_time() + GRACE
    left = list(_loops.values())
    for loop in left:
        loop.stop()
    for loop in left:
        if not loop.task.join(max(0.0, deadline - _greenhost.current_time())):
            print(f"greenhost: the {loop.name} did not end; it has been left", file=sys.stderr)
