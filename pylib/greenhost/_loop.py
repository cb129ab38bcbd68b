# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the host's own event loops have in common, whichever library they are of.

Each runs in a task of its own. Each task that awaits something there has one task of the library's to
do so, its servant, the same one every time: what an asynchronous context manager or generator leaves
open (a nursery, a time limit) is found again by the next call. The coroutine runs in the contextvars
context of the caller, the very same one. If the caller is cancelled, so is the coroutine, and the
caller goes on when that has ended.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import _greenhost
from _greenhost import Cancelled, CancelScope, Promise, Task

__all__ = ["Job", "Loop", "Servant", "close", "running"]

T = TypeVar("T")


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

    It is synchronous code behind a portal, so that its jobs need not nest as coroutines do. A task may
    give way between any two calls, to have a signal handled: so may this one, and who wakes it.
    """

    library: str
    cancellation: type[BaseException]  # what a job ends with that was cancelled

    def __init__(self, loop: "Loop") -> None:
        self.loop = loop
        self.jobs: deque[Job | None] = deque()
        self.current: Job | None = None

    def wait_for_job(self) -> None:
        """Wait until there may be one. It may have come just now."""
        raise NotImplementedError

    def wake(self) -> None:
        """End that wait. As Loop.call()."""
        raise NotImplementedError

    def cancel(self, job: Job) -> None:
        """Cancel the job if it is still under way. In the loop."""
        raise NotImplementedError

    def begin(self) -> None:
        """Called before each job."""

    def finish(self, error: BaseException | None) -> None:
        """Called after each job, with the exception that it raised."""

    def serve(self) -> None:
        """What it does until the task that it is for has ended."""
        while self.jobs or not self.loop.ending:
            if not self.jobs:
                self.wait_for_job()
                continue
            job = self.jobs.popleft()
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
        """Give it a job, or None to end it. As Loop.call()."""
        self.jobs.append(job)
        self.wake()

    def await_(self, awaitable: Awaitable[T]) -> T:
        """Have it awaited, and wait for that. In the task that it is for; parks."""
        job = Job(awaitable, _greenhost.current_context(), Promise())
        try:
            self.offer(job)
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
        close(job.awaitable)
        return True

    def _give_up(self, job: Job) -> None:
        with CancelScope(shield=True):
            while not job.promise.done() and not self._withdraw(job):
                with suppress(RuntimeError):  # the loop has ended, and what ran there
                    self.loop.call(self.cancel, job)
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
        self.process = os.getpid()

    def end(self) -> None:
        """End the servant. As Loop.call(), but never fails."""
        # The child of a fork drops those of its parent's tasks, before it is told that it is a child.
        if os.getpid() == self.process:
            with suppress(RuntimeError):
                self.servant.offer(None)

    __del__ = end


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

    def call(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function in the loop, soon. On its thread, in any task; RuntimeError if it has ended."""
        raise NotImplementedError

    def stop(self) -> None:
        """Have it end in order. As call()."""
        raise NotImplementedError

    def new_servant(self) -> Servant:
        """Start a task of the library's. As call()."""
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
        if line is not None:
            line.end()

    def _main(self) -> None:
        try:
            self.run()
        except BaseException as error:
            if self.ready.done():
                raise
            self.ready.set_exception(error)
        finally:
            self.ending = True
            if running.get(self.name) is self:
                del running[self.name]

    def servant(self) -> Servant:
        """Who awaits here for the calling task, which is another than the loop's own. May park."""
        if _greenhost.current_task() is self.task:
            raise RuntimeError(
                "await_() can't wait in a callback of the event loop that it would wait for; "
                "start a task there"
            )
        line: Line | None = getattr(self.lines, "line", None)
        if line is None:
            line = self.lines.line = Line(self.new_servant())
        return line.servant


def close(awaitable: Awaitable[Any]) -> None:
    """Nothing is said of a coroutine that was never awaited where an error says why."""
    if isinstance(awaitable, Coroutine):
        awaitable.close()


# The loops that run, or are about to, by their names.
running: dict[str, Loop] = {}
