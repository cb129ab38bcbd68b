# SPDX-License-Identifier: MIT OR Apache-2.0
"""OS threads for calls that would hold up the tasks: computation, and what can't be made to park.

    digest = to_thread.run_sync(hash_file, path)

A blocking call in such a thread blocks that thread only. Names and meaning are Trio's, without `await`.
"""

import contextvars
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from _greenhost import CancelScope, Cancelled, Promise, start_os_thread

from .sync import CapacityLimiter, Guard

__all__ = ["current_default_thread_limiter", "run_sync"]

T = TypeVar("T")

# Of the thread, the call that it is making.
here = threading.local()

DEFAULT_LIMIT = 40
_default: CapacityLimiter | None = None


def current_default_thread_limiter() -> CapacityLimiter:
    """Return the limiter of the calls that name none: 40 threads at a time, unless you change it."""
    global _default
    if _default is None:
        _default = CapacityLimiter(DEFAULT_LIMIT)
    return _default


class Call:
    """A call that a thread makes, while a task waits and does what the thread asks of it.

    They take turns. The thread leaves a function in `mailbox`, which the task calls in its place and
    leaves the outcome in `answer`; and at the end it leaves None.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None
        self.guard = Guard()
        self.abandoned = False
        self.expect()

    def expect(self) -> None:
        """Make room for the next message, and for what answers it. In the task."""
        self.mailbox: Promise[Callable[[], Any] | None] = Promise()
        self.answer: Promise[Any] = Promise()

    def make(self, limiter: CapacityLimiter, name: str | None) -> None:
        """Call the function. In the thread."""
        here.call = self
        if name is not None:
            threading.current_thread().name = name
        try:
            self.result = self.function()
        except BaseException as error:
            self.error = error
        limiter.release_on_behalf_of(self)
        self.mailbox.set_result(None)

    def ask(self, function: Callable[[], T]) -> T:
        """Have the task call a function. In the thread."""
        answer: Promise[T] = self.answer
        with self.guard:
            if self.abandoned:
                raise Cancelled("the task that started this thread does not wait for it any more")
            self.mailbox.set_result(function)
        return answer.result()

    def serve(self, function: Callable[[], Any]) -> None:
        """Do what was asked for. In the task."""
        answer = self.answer
        self.expect()
        try:
            result = function()
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result(result)

    def abandon(self) -> None:
        """Leave the thread to itself. In the task."""
        with self.guard:
            self.abandoned = True
            asked = self.mailbox.done() and self.mailbox.result() is not None
        if asked:
            self.answer.set_exception(Cancelled("the task that was asked has been cancelled"))

    def wait(self, abandon_on_cancel: bool) -> Any:
        """Serve the thread until it is done; its result or exception. In the task."""
        interrupted: BaseException | None = None
        while True:
            try:
                with CancelScope(shield=not abandon_on_cancel):
                    function = self.mailbox.result()
            except BaseException as error:
                if abandon_on_cancel:
                    self.abandon()
                    raise
                interrupted = error
                continue
            if function is None:
                break
            self.serve(function)
        if interrupted is not None:
            raise interrupted
        if self.error is not None:
            raise self.error
        return self.result


def run_sync(
    sync_fn: Callable[..., T],
    /,
    *args: Any,
    thread_name: str | None = None,
    abandon_on_cancel: bool = False,
    limiter: CapacityLimiter | None = None,
) -> T:
    """Call sync_fn(*args) in an OS thread, and return its result or raise its exception.

    It runs in a copy of the caller's contextvars, and may use greenhost.from_thread.

    thread_name: what threading.current_thread() is called there. limiter: what says how many threads
    there may be, by default current_default_thread_limiter(). abandon_on_cancel: whether a caller that
    is cancelled goes on without the thread, whose outcome is then dropped; else it waits for the thread
    first. In a task; parks.
    """
    if limiter is None:
        limiter = current_default_thread_limiter()
    context = contextvars.copy_context()
    call = Call(partial(context.run, sync_fn, *args))
    limiter.acquire_on_behalf_of(call)
    try:
        start_os_thread(call.make, (limiter, thread_name))
    except BaseException:
        limiter.release_on_behalf_of(call)
        raise
    result: T = call.wait(abandon_on_cancel)
    return result
