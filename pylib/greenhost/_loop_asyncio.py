# SPDX-License-Identifier: MIT OR Apache-2.0
"""The host's own loop of asyncio.

It differs from asyncio's in one thing: other tasks of its thread may call it, as only its own callbacks
may elsewhere, and if it sleeps they wake it. Where nothing but such a call could, it does not poll but
parks, so that a program in which all are stuck is told so.
"""

import asyncio
import selectors
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import _greenhost
from _greenhost import Promise

from ._loop import Job, Loop, Servant
from .nested import allow

__all__ = ["AsyncioLoop"]


class _Selector(selectors.DefaultSelector):
    """Waits for descriptors, or for wake() alone where there is none but the loop's own."""

    loop: "_HostLoop"
    asleep = False  # or about to be: from when the loop looks for what there is to do
    idle: Promise[None] | None = None

    def select(self, timeout: float | None = None) -> Any:
        try:
            if timeout is not None and timeout <= 0:
                self.asleep = False
            elif timeout is None and len(self.get_map()) <= 1:
                self.idle = Promise()
            if not self.asleep:  # there was something to do, or there is since it has looked
                return super().select(0)
            if self.idle is None:
                return super().select(timeout)
            self.idle.join()
            return []
        finally:
            self.asleep = False
            self.idle = None

    def wake(self) -> None:
        """End the select() that is under way. Any thread."""
        if not self.asleep:
            return
        self.asleep = False
        if self.idle is not None:
            self.idle.set_result(None)
        else:
            self.loop.write_to_self()


class _HostLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._sleeper = _Selector()
        self._sleeper.loop = self
        super().__init__(self._sleeper)

    def _run_once(self) -> None:
        self._sleeper.asleep = True
        super()._run_once()  # type: ignore[misc]

    def write_to_self(self) -> None:
        """Wake it where it polls."""
        super()._write_to_self()  # type: ignore[misc]

    def _write_to_self(self) -> None:
        self._sleeper.wake()

    def _check_thread(self) -> None:
        """In debug mode asyncio would refuse its callers, whose identity is another."""

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        handle = super().call_soon(callback, *args, context=context)
        self._sleeper.wake()
        return handle

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> Any:
        handle = super().call_at(when, callback, *args, context=context)
        self._sleeper.wake()
        return handle


class _AsyncioServant(Servant):
    library = "asyncio"
    cancellation = asyncio.CancelledError
    loop: "AsyncioLoop"

    def __init__(self, loop: "AsyncioLoop", name: str) -> None:
        super().__init__(loop)
        self.waiter: asyncio.Future[None] | None = None
        self.late = False  # it was cancelled where there was no job to feel it
        self.cancels = 0  # by us, of the job that is under way
        self.cancelling = 0  # what was asked of the task before that began
        portal = _greenhost.open_portal_sync(self.serve)
        self.task: Any = loop.loop.create_task(_run(portal), name=f"of {name}")

    def wait_for_job(self) -> None:
        self.waiter = self.loop.loop.create_future()
        try:
            if not self.jobs:  # who gave it one before there was a waiter could not wake it
                _greenhost.await_(self.waiter)
        except asyncio.CancelledError:
            self.late = True
        finally:
            self.waiter = None

    def wake(self) -> None:
        waiter = self.waiter
        if waiter is None:
            return
        try:
            waiter.set_result(None)
        except asyncio.InvalidStateError:  # it has been woken, or cancelled
            pass

    def begin(self) -> None:
        """A time limit that passed between two jobs is felt in the next."""
        self.cancelling = self.task.cancelling()
        if self.late:
            self.late = False
            self.task.uncancel()
            self.task.cancel()

    def cancel(self, job: Job) -> None:
        if self.current is job:
            self.cancels += 1
            self.task.cancel()

    def finish(self, error: BaseException | None) -> None:
        """Take back what was asked of the task and is done with.

        That is our own, and, unless the job ended by it, what it has left: anyio 3 does.
        """
        while self.cancels:
            self.cancels -= 1
            self.task.uncancel()
        if not isinstance(error, asyncio.CancelledError):
            while self.task.cancelling() > self.cancelling:
                self.task.uncancel()


async def _run(portal: Any) -> None:
    await portal


class AsyncioLoop(Loop):
    """One of asyncio's."""

    loop: _HostLoop

    def run(self) -> None:
        allow()
        with asyncio.Runner(loop_factory=_HostLoop) as runner:
            self.loop = runner.get_loop()  # type: ignore[assignment]
            self.ready.set_result(None)
            try:
                while not self.ending:
                    # Such an exception goes to whoever awaits, and asyncio ends the loop for it.
                    with suppress(KeyboardInterrupt, SystemExit):
                        self.loop.run_forever()
            finally:
                self.ending = True  # before the servants are cancelled

    def call(self, function: Callable[..., object], *args: Any) -> None:
        self.loop.call_soon(function, *args)

    def stop(self) -> None:
        self.ending = True
        self.call(self.loop.stop)

    def new_servant(self) -> Servant:
        return _AsyncioServant(self, _greenhost.current_task().name)
