# SPDX-License-Identifier: MIT OR Apache-2.0
"""Event, CapacityLimiter and memory channels. Names and meaning are Trio's, without `await`.

The locks, conditions and queues of the standard library work as well; what is here can be cancelled by
the same rules as everything else, says how many wait, and has no method that waits a time: use a scope.

Whoever waits has a Promise, and who has something for it settles that. What does not wait (set(),
release(), close() and what ends in _nowait) works in any thread; what waits, in tasks.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from math import inf
from threading import Lock
from types import TracebackType
from typing import Any, Generic, NamedTuple, TypeVar

from _greenhost import (
    Cancelled,
    CancelScope,
    Promise,
    Task,
    checkpoint,
    current_effective_deadline,
    current_task,
    give_way,
)

__all__ = [
    "BrokenResourceError",
    "CapacityLimiter",
    "CapacityLimiterStatistics",
    "ClosedResourceError",
    "EndOfChannel",
    "Event",
    "EventStatistics",
    "MemoryChannelStatistics",
    "MemoryReceiveChannel",
    "MemorySendChannel",
    "WouldBlock",
    "open_memory_channel",
]

T = TypeVar("T")


class WouldBlock(Exception):
    """Raised by what ends in _nowait where it would have to wait."""


class ClosedResourceError(Exception):
    """Raised when one uses what was closed at this end."""


class BrokenResourceError(Exception):
    """Raised when one uses what was closed, or has failed, at the other end."""


class EndOfChannel(Exception):
    """Raised when one receives where nobody will ever send again."""


class Guard:
    """A lock for what takes a moment, so that being cancelled is no reason not to get it."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(False):
            self._wait()

    def _wait(self) -> None:
        try:
            current_task()
        except RuntimeError:  # in another thread there are no scopes
            self._lock.acquire()
        else:
            with CancelScope(shield=True):
                self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _raise_if_cancelled() -> None:
    if current_effective_deadline() == -inf:
        checkpoint()


# ---- events ----


class EventStatistics(NamedTuple):
    """How many tasks wait."""

    tasks_waiting: int


class Event:
    """Something that happens once, and that any number of tasks wait for. Made in a task."""

    __slots__ = ("_happened", "_waiting")

    def __init__(self) -> None:
        self._happened: Promise[None] = Promise()
        self._waiting = 0

    def is_set(self) -> bool:
        """Return whether it has happened. From any thread; never parks."""
        return self._happened.done()

    def set(self) -> None:
        """Wake everybody who waits; from now on nobody will. From any thread; never parks."""
        if self._happened.done():
            return
        try:
            self._happened.set_result(None)
        except RuntimeError:  # another thread was faster
            pass

    def wait(self) -> None:
        """Wait until it has happened; where it has, this is a checkpoint. In a task; parks."""
        if self._happened.done():
            checkpoint()
            return
        self._waiting += 1
        try:
            self._happened.result()
        finally:
            self._waiting -= 1

    def statistics(self) -> EventStatistics:
        """Return how many wait. Never parks."""
        return EventStatistics(tasks_waiting=self._waiting)


# ---- capacity ----


class CapacityLimiterStatistics(NamedTuple):
    """What is borrowed, of how much, by whom, and how many tasks wait."""

    borrowed_tokens: int
    total_tokens: float
    borrowers: list[Any]
    tasks_waiting: int


class CapacityLimiter:
    """So many tokens, each of which one borrower holds at a time: by default, a task.

    `with limiter:` holds one. total_tokens can be changed at any time; it is a whole number from 1 on,
    or math.inf.
    """

    __slots__ = ("_guard", "_total", "_borrowers", "_waiting")

    def __init__(self, total_tokens: float) -> None:
        self._guard = Guard()
        self._borrowers: dict[Any, None] = {}
        self._waiting: OrderedDict[Any, Promise[None]] = OrderedDict()
        self._total = self._check(total_tokens)

    @staticmethod
    def _check(total: float) -> float:
        if not isinstance(total, int) and total != inf:
            raise TypeError("total_tokens must be an int or math.inf")
        if total < 1:
            raise ValueError("total_tokens must be >= 1")
        return total

    def __repr__(self) -> str:
        return (
            f"<CapacityLimiter at {id(self):#x}, {len(self._borrowers)}/{self._total} with "
            f"{len(self._waiting)} waiting>"
        )

    @property
    def total_tokens(self) -> float:
        """How many there are."""
        return self._total

    @total_tokens.setter
    def total_tokens(self, total: float) -> None:
        self._total = self._check(total)
        with self._guard:
            self._hand_out()

    @property
    def borrowed_tokens(self) -> int:
        """How many are held."""
        return len(self._borrowers)

    @property
    def available_tokens(self) -> float:
        """How many can be had; less than 0 when total_tokens was lowered."""
        return self._total - len(self._borrowers)

    def _hand_out(self) -> None:
        while self._waiting and len(self._borrowers) < self._total:
            borrower, promise = self._waiting.popitem(last=False)
            self._borrowers[borrower] = None
            promise.set_result(None)

    def acquire_nowait(self) -> None:
        """Borrow a token for the calling task, or raise WouldBlock. In a task; never parks."""
        self.acquire_on_behalf_of_nowait(current_task())

    def acquire_on_behalf_of_nowait(self, borrower: Any) -> None:
        """Borrow a token for anything that can be a key, or raise WouldBlock.

        Raises RuntimeError when it has one, or waits for one. From any thread; never parks.
        """
        with self._guard:
            if borrower in self._borrowers or borrower in self._waiting:
                raise RuntimeError(
                    "this borrower is already holding one of this CapacityLimiter's tokens"
                )
            if self._waiting or len(self._borrowers) >= self._total:
                raise WouldBlock
            self._borrowers[borrower] = None

    def acquire(self) -> None:
        """Wait for a token for the calling task. In a task; parks."""
        self.acquire_on_behalf_of(current_task())

    def acquire_on_behalf_of(self, borrower: Any) -> None:
        """Wait for a token for anything that can be a key. In a task; parks."""
        _raise_if_cancelled()
        try:
            self.acquire_on_behalf_of_nowait(borrower)
        except WouldBlock:
            self._wait_on_behalf_of(borrower)

    def _wait_on_behalf_of(self, borrower: Any) -> None:
        promise: Promise[None] = Promise()
        with self._guard:
            self._waiting[borrower] = promise
            self._hand_out()  # one may have come back meanwhile
        try:
            promise.result()
        except BaseException:
            self._give_up(borrower, promise)
            raise

    def _give_up(self, borrower: Any, promise: Promise[None]) -> None:
        with self._guard:
            if not promise.done():
                del self._waiting[borrower]
                return
        self.release_on_behalf_of(borrower)

    def release(self) -> None:
        """Give the calling task's token back. In a task; never parks."""
        self.release_on_behalf_of(current_task())

    def release_on_behalf_of(self, borrower: Any) -> None:
        """Give the borrower's token back. Raises RuntimeError when it has none.

        From any thread; never parks.
        """
        with self._guard:
            if borrower not in self._borrowers:
                raise RuntimeError(
                    "this borrower isn't holding any of this CapacityLimiter's tokens"
                )
            del self._borrowers[borrower]
            self._hand_out()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def statistics(self) -> CapacityLimiterStatistics:
        """Return who holds what, and how many wait. Never parks."""
        return CapacityLimiterStatistics(
            borrowed_tokens=len(self._borrowers),
            total_tokens=self._total,
            borrowers=list(self._borrowers),
            tasks_waiting=len(self._waiting),
        )


# ---- channels ----


class MemoryChannelStatistics(NamedTuple):
    """What is in a channel, how many ends are open, and how many tasks wait at each."""

    current_buffer_used: int
    max_buffer_size: float
    open_send_channels: int
    open_receive_channels: int
    tasks_waiting_send: int
    tasks_waiting_receive: int


class _State(Generic[T]):
    """What the two ends of a channel, and their clones, share."""

    def __init__(self, size: float) -> None:
        self.size = size
        self.guard = Guard()
        self.values: deque[T] = deque()
        self.open_senders = self.open_receivers = 0
        # Who waits, in order: a sender with its value, and at which end.
        self.senders: OrderedDict[Promise[None], tuple[T, MemorySendChannel[T]]] = OrderedDict()
        self.receivers: OrderedDict[Promise[T], MemoryReceiveChannel[T]] = OrderedDict()

    def statistics(self) -> MemoryChannelStatistics:
        return MemoryChannelStatistics(
            current_buffer_used=len(self.values),
            max_buffer_size=self.size,
            open_send_channels=self.open_senders,
            open_receive_channels=self.open_receivers,
            tasks_waiting_send=len(self.senders),
            tasks_waiting_receive=len(self.receivers),
        )


def _fail(waiting: Any, error: type[Exception]) -> None:
    """Raise an exception for each of those who wait, and forget them."""
    while waiting:
        waiting.popitem(last=False)[0].set_exception(error())


class _End(Generic[T]):
    """What both ends have in common."""

    __slots__ = ("_state", "_closed")

    def __init__(self, state: _State[T]) -> None:
        self._state = state
        self._closed = False

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"<{kind} at {id(self):#x}, using buffer at {id(self._state):#x}>"

    def statistics(self) -> MemoryChannelStatistics:
        """Return what is in the channel, and how many wait. Never parks."""
        return self._state.statistics()

    def _check(self) -> None:
        if self._closed:
            raise ClosedResourceError

    def _wait(self, promise: Promise[Any], waiting: Any) -> Any:
        """Wait with a promise that is in `waiting` until somebody takes it out to settle it.

        Who is cancelled after that has been settled all the same: a value must not get lost. The
        scope stays cancelled, and the next thing that waits in it says so.
        """
        try:
            return promise.result()
        except BaseException as error:
            with self._state.guard:
                settled = waiting.pop(promise, None) is None
            if settled and isinstance(error, Cancelled):
                return promise.result()
            raise

    def close(self) -> None:
        """Close this end. Its clones stay open. Again is harmless. From any thread; never parks."""
        raise NotImplementedError

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class MemorySendChannel(_End[T]):
    """The end of a memory channel that values go in at."""

    __slots__ = ()

    def __enter__(self) -> "MemorySendChannel[T]":
        return self

    def send_nowait(self, value: T) -> None:
        """Send a value, or raise WouldBlock when there is no room. From any thread; never parks.

        Raises ClosedResourceError when this end was closed, BrokenResourceError when nobody can
        receive any more.
        """
        with self._state.guard:
            self._put(value)

    def _put(self, value: T) -> None:
        state = self._state
        self._check()
        if state.open_receivers == 0:
            raise BrokenResourceError
        if state.receivers:
            state.receivers.popitem(last=False)[0].set_result(value)
        elif len(state.values) < state.size:
            state.values.append(value)
        else:
            raise WouldBlock

    def send(self, value: T) -> None:
        """Send a value, and wait until there is room for it, or somebody takes it. In a task; parks.

        Raises ClosedResourceError when this end was or is closed, BrokenResourceError when nobody
        can receive any more.
        """
        _raise_if_cancelled()
        state = self._state
        promise: Promise[None] | None = None
        with state.guard:
            try:
                self._put(value)
            except WouldBlock:
                promise = Promise()
                state.senders[promise] = (value, self)
        if promise is None:
            give_way()
        else:
            self._wait(promise, state.senders)

    def clone(self) -> "MemorySendChannel[T]":
        """Return another such end of the channel, which is open until the last one is closed."""
        with self._state.guard:
            self._check()
            self._state.open_senders += 1
        return MemorySendChannel(self._state)

    def close(self) -> None:
        """Close this end. Its clones stay open. Again is harmless. From any thread; never parks."""
        state = self._state
        with state.guard:
            if self._closed:
                return
            self._closed = True
            ours = [promise for promise, (_, end) in state.senders.items() if end is self]
            _fail(
                OrderedDict((promise, state.senders.pop(promise)) for promise in ours),
                ClosedResourceError,
            )
            state.open_senders -= 1
            if state.open_senders == 0:
                _fail(state.receivers, EndOfChannel)


class MemoryReceiveChannel(_End[T]):
    """The end of a memory channel that values come out at; iterate over it until there are no more."""

    __slots__ = ()

    def __enter__(self) -> "MemoryReceiveChannel[T]":
        return self

    def receive_nowait(self) -> T:
        """Return the next value, or raise WouldBlock when there is none. From any thread; never parks.

        Raises ClosedResourceError when this end was closed, EndOfChannel when nobody can send any
        more.
        """
        with self._state.guard:
            return self._get()

    def _get(self) -> T:
        state = self._state
        self._check()
        if state.senders:
            promise, (value, _) = state.senders.popitem(last=False)
            state.values.append(value)
            promise.set_result(None)
        if state.values:
            return state.values.popleft()
        if state.open_senders == 0:
            raise EndOfChannel
        raise WouldBlock

    def receive(self) -> T:
        """Return the next value, and wait for it if need be. In a task; parks.

        Raises ClosedResourceError when this end was or is closed, EndOfChannel when nobody can send
        any more.
        """
        _raise_if_cancelled()
        state = self._state
        promise: Promise[T] | None = None
        with state.guard:
            try:
                value = self._get()
            except WouldBlock:
                promise = Promise()
                state.receivers[promise] = self
        if promise is not None:
            received: T = self._wait(promise, state.receivers)
            return received
        give_way()
        return value

    def __iter__(self) -> Iterator[T]:
        while True:
            try:
                value = self.receive()
            except EndOfChannel:
                return
            yield value

    def clone(self) -> "MemoryReceiveChannel[T]":
        """Return another such end of the channel. Each value is received at one of them."""
        with self._state.guard:
            self._check()
            self._state.open_receivers += 1
        return MemoryReceiveChannel(self._state)

    def close(self) -> None:
        """Close this end. Its clones stay open. Again is harmless. From any thread; never parks.

        What is in the channel is dropped with the last of them.
        """
        state = self._state
        with state.guard:
            if self._closed:
                return
            self._closed = True
            ours = [promise for promise, end in state.receivers.items() if end is self]
            _fail(
                OrderedDict((promise, state.receivers.pop(promise)) for promise in ours),
                ClosedResourceError,
            )
            state.open_receivers -= 1
            if state.open_receivers == 0:
                _fail(state.senders, BrokenResourceError)
                state.values.clear()


def open_memory_channel(
    max_buffer_size: float,
) -> tuple[MemorySendChannel[Any], MemoryReceiveChannel[Any]]:
    """Return the two ends of a channel between tasks.

    max_buffer_size: how many values it holds that nobody has received yet: 0 makes each sender wait
    for its receiver, math.inf lets none ever wait.
    """
    if not isinstance(max_buffer_size, int) and max_buffer_size != inf:
        raise TypeError("max_buffer_size must be an integer or math.inf")
    if max_buffer_size < 0:
        raise ValueError("max_buffer_size must be >= 0")
    state: _State[Any] = _State(max_buffer_size)
    state.open_senders = state.open_receivers = 1
    return MemorySendChannel(state), MemoryReceiveChannel(state)
