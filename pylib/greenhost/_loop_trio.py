# SPDX-License-Identifier: MIT OR Apache-2.0
"""The host's own loop of Trio. Other tasks reach it as threads do, through its token."""

from typing import Any

import trio  # type: ignore[import]

import _greenhost
from _greenhost import Cancelled

from ._loop import Job, Loop, Servant
from .nested import allow

__all__ = ["TrioLoop"]

# How long until a wait that Trio can't abort is looked at again, in seconds.
RETRY = 0.01


def _raise_cancelled() -> None:
    raise Cancelled("the task that awaits it was cancelled")


class _TrioServant(Servant):
    library = "trio"
    cancellation = trio.Cancelled

    loop: "TrioLoop"

    def __init__(self, loop: "TrioLoop", name: str) -> None:
        super().__init__(loop)
        self.name = f"of {name}"
        self.task: Any = None
        self.idle = False
        loop.call(self._start)

    def _start(self) -> None:
        self.loop.nursery.start_soon(self._main, name=self.name)

    async def _main(self) -> None:
        self.task = trio.lowlevel.current_task()
        await _greenhost.open_portal_sync(self.serve)

    def wait_for_job(self) -> None:
        self.idle = True
        try:
            _greenhost.await_(trio.lowlevel.wait_task_rescheduled(self._abort))
        finally:
            self.idle = False

    def _abort(self, _raise_cancel: Any) -> Any:
        self.idle = False
        return trio.lowlevel.Abort.SUCCEEDED

    def wake(self) -> None:
        self.loop.call(self._wake)

    def _wake(self) -> None:
        if self.idle:
            self.idle = False
            trio.lowlevel.reschedule(self.task)

    def cancel(self, job: Job) -> None:
        """As Trio delivers Ctrl-C. A cancel scope would have to be left before what the job opened."""
        if self.current is job and self.task._abort_func is not None:
            self.task._attempt_abort(_raise_cancelled)
        elif not job.promise.done():
            self.loop.nursery.start_soon(self._cancel_later, job)

    async def _cancel_later(self, job: Job) -> None:
        await trio.sleep(RETRY)
        self.cancel(job)


class TrioLoop(Loop):
    """One of Trio's."""

    nursery: Any
    token: Any

    def run(self) -> None:
        allow()
        trio.run(self._serve)

    async def _serve(self) -> None:
        self.token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as self.nursery:
            self.ready.set_result(None)
            await trio.sleep_forever()

    def call(self, function: Any, *args: Any) -> None:
        self.token.run_sync_soon(function, *args)

    def stop(self) -> None:
        self.ending = True
        self.call(self._stop)

    def _stop(self) -> None:
        self.nursery.cancel_scope.cancel()

    def new_servant(self) -> Servant:
        return _TrioServant(self, _greenhost.current_task().name)
