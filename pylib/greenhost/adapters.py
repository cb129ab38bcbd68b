# SPDX-License-Identifier: MIT OR Apache-2.0
"""Asynchronous functions, context managers and iterators in the clothes of synchronous ones.

Each is a thin layer over await_(), and works where that does.
"""

from collections.abc import AsyncIterable, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import wraps
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar, overload

from _greenhost import await_

from .portals import with_portal_run_sync

__all__ = ["async_context", "async_iter", "autoawait", "decorate_as_sync"]

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
AF = TypeVar("AF", bound=Callable[..., Awaitable[Any]])


def autoawait(fn: Callable[P, Awaitable[T]]) -> Callable[P, T]:
    """Decorate an async function so that it is called, from synchronous code, without `await`.

    For magic methods, property setters and the like.
    """

    @wraps(fn)
    def call(*args: P.args, **kwds: P.kwargs) -> T:
        return await_(fn(*args, **kwds))

    return call


@overload
def decorate_as_sync(decorator: Callable[[F], F]) -> Callable[[AF], AF]:
    ...


@overload
def decorate_as_sync(
    decorator: Callable[..., Any]
) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
    ...


def decorate_as_sync(decorator: Any) -> Any:
    """Let a decorator made for synchronous functions, such as functools.lru_cache(), decorate async.

    The decorator sees a synchronous function that waits in await_(), and the async function that
    results calls what the decorator makes of it through with_portal_run_sync(). So
    `await decorate_as_sync(decorator)(async_fn)(x)` does the same as
    `await with_portal_run_sync(decorator(autoawait(async_fn)), x)`.
    """

    def decorate(async_fn: Any) -> Any:
        inner = decorator(autoawait(async_fn))

        @wraps(inner)
        async def outer(*args: Any, **kwds: Any) -> Any:
            return await with_portal_run_sync(inner, *args, **kwds)

        return outer

    return decorate


class async_context(Generic[T]):
    """Make an async context manager usable in `with`: what `async with` does, through await_()."""

    __slots__ = ("_manager", "_exit")

    def __init__(self, cm: AbstractAsyncContextManager[T]) -> None:
        self._manager = cm
        self._exit: Any = None

    def _method(self, name: str, hint: str) -> Any:
        # As `async with` does, which takes no notice of attributes of the instance.
        try:
            return getattr(type(self._manager), name)
        except AttributeError:
            raise TypeError(
                f"{type(self._manager).__name__!r} object does not support the asynchronous "
                f"context manager protocol{hint}"
            ) from None

    def __enter__(self) -> T:
        enter = self._method("__aenter__", "")
        self._exit = self._method("__aexit__", " (missed __aexit__ method)")
        entered: T = await_(enter(self._manager))
        return entered

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        handled: bool | None = await_(self._exit(self._manager, kind, error, traceback))
        return handled


class async_iter(Generic[T]):
    """Make an async iterable usable in `for`: what `async for` does, through await_().

    That of an async generator has send(), throw() and close() as well, so that `yield from` works.
    """

    __slots__ = ("_iterator",)

    def __init__(self, iterable: AsyncIterable[T]) -> None:
        try:
            start: Any = type(iterable).__aiter__
        except AttributeError:
            raise TypeError(
                "'async_iter' requires an object with __aiter__ method, got "
                f"{type(iterable).__name__}"
            ) from None
        self._iterator: Any = start(iterable)
        if not hasattr(type(self._iterator), "__anext__"):
            raise TypeError(
                "'async_iter' received an object from __aiter__ that does not implement "
                f"__anext__: {type(self._iterator).__name__}"
            )
        if all(hasattr(self._iterator, name) for name in ("asend", "athrow", "aclose")):
            self.__class__ = _async_generator

    def __iter__(self) -> "async_iter[T]":
        return self

    def __next__(self) -> T:
        return self._next(type(self._iterator).__anext__(self._iterator))

    def _next(self, awaitable: Awaitable[T]) -> T:
        try:
            return await_(awaitable)
        except StopAsyncIteration as end:
            raise StopIteration(*end.args) from None


class _async_generator(async_iter[T]):
    """One whose iterator has the methods of an async generator."""

    __slots__ = ()

    def send(self, value: Any) -> T:
        """Go on with a value, as a generator does."""
        return self._next(self._iterator.asend(value))

    def throw(self, *exc: Any) -> T:
        """Go on with an exception, as a generator does."""
        return self._next(self._iterator.athrow(*exc))

    def close(self) -> None:
        """End it, as a generator ends."""
        await_(self._iterator.aclose())
