# SPDX-License-Identifier: MIT OR Apache-2.0
"""Cancel scopes in tasks of asyncio and Trio, of which several share one task of greenhost.

There a CancelScope has a twin, which belongs to the async task: under Trio one of Trio's own, under
asyncio the one below. So a scope around await_() cancels what that waits for.
"""

import asyncio
import sys
from math import inf
from types import TracebackType
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from _greenhost import CancelScope, current_time

from . import portals

__all__ = ["Twin", "enter"]


class Twin(Protocol):
    """What a CancelScope asks of its twin. Deadlines are left to CancelScope's own clock."""

    shield: bool
    deadline: float

    @property
    def cancel_called(self) -> bool:
        """Whether it was cancelled, or its deadline has passed."""

    @property
    def cancelled_caught(self) -> bool:
        """Whether leaving it has absorbed something."""

    def cancel(self) -> None:
        """Cancel what is inside."""

    def __enter__(self) -> Any:
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        ...


# The innermost twin of each task of asyncio.
_innermost: WeakKeyDictionary[asyncio.Task[Any], "AsyncioTwin"] = WeakKeyDictionary()


class AsyncioTwin:
    """A cancel scope for a task of asyncio: it cancels that again and again, and undoes it at the end."""

    def __init__(self) -> None:
        self.task = asyncio.tasks.current_task()
        self.loop = asyncio.get_running_loop()
        self.cancelled_caught = False
        self._called = self._left = self._shield = False
        self._deadline = inf
        self._cancels = 0
        self._timer: asyncio.Handle | None = None
        self._retry: asyncio.Handle | None = None

    # ---- as Trio's ----

    @property
    def shield(self) -> bool:
        """Whether cancellation from further out stops here."""
        return self._shield

    @shield.setter
    def shield(self, shield: bool) -> None:
        self._shield = shield

    @property
    def deadline(self) -> float:
        """When it cancels itself, by the clock of the event loop."""
        return self._deadline

    @deadline.setter
    def deadline(self, deadline: float) -> None:
        self._deadline = deadline
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if deadline != inf and not self._called:
            self._timer = self.loop.call_at(deadline, self.cancel)

    @property
    def cancel_called(self) -> bool:
        """Whether it was cancelled, or its deadline has passed."""
        return self._called or self._deadline <= self.loop.time()

    def cancel(self) -> None:
        """Cancel the task for as long as it is inside."""
        if not self._called:
            self._called = True
            self._deliver()

    def __enter__(self) -> "AsyncioTwin":
        assert self.task is not None
        self._outer = _innermost.get(self.task)
        self._before = self.task.cancelling()
        _innermost[self.task] = self
        if self._called:
            self._deliver()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        assert self.task is not None
        self._left = True
        for handle in self._timer, self._retry:
            if handle is not None:
                handle.cancel()
        if self._outer is None:
            del _innermost[self.task]
        else:
            _innermost[self.task] = self._outer
        left = self.task.cancelling()
        for _ in range(self._cancels):
            left = self.task.uncancel()
        if not self._cancels or not isinstance(error, asyncio.CancelledError):
            return False
        # One that somebody else has cancelled meanwhile, or a scope further out, stays so.
        self.cancelled_caught = left <= self._before
        return self.cancelled_caught

    # ---- delivery ----

    def _is_felt(self) -> bool:
        """Whether no shield lies between this scope and where the task is."""
        scope = _innermost.get(self.task) if self.task is not None else None
        while scope is not None and scope is not self and not scope.shield:
            scope = scope._outer
        return scope is self

    def _deliver(self) -> None:
        """Cancel the task where it waits, now and at each later turn of the loop."""
        if self._left or self.task is None:
            return
        waits = self.task is not asyncio.tasks.current_task(self.loop)
        if waits and self._is_felt():
            self.task.cancel()
            self._cancels += 1
        self._retry = self.loop.call_soon(self._deliver)


def enter(scope: CancelScope) -> Twin:
    """Return a twin for a scope in the async task that is running, entered."""
    library = portals._current()[1]
    twin: Twin = sys.modules["trio"].CancelScope() if library.__name__ == "trio" else AsyncioTwin()
    twin.shield = scope.shield
    set_deadline(twin, scope.deadline)
    if scope.cancel_called:
        twin.cancel()
    twin.__enter__()
    return twin


def set_deadline(twin: Twin, deadline: float) -> None:
    """Give the twin a deadline that is in seconds of current_time()."""
    if abs(deadline) != inf:
        now = (
            twin.loop.time()
            if isinstance(twin, AsyncioTwin)
            else sys.modules["trio"].current_time()
        )
        deadline += now - current_time()
    twin.deadline = deadline
