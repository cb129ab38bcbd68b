# SPDX-License-Identifier: MIT OR Apache-2.0
"""An event loop run inside another one, as any other call that takes its time.

asyncio and Trio refuse to run a loop where one of theirs is running, because in there nobody could
wait for anything. Behind a portal one can: so there asyncio.run(), trio.run() and a loop's own
run_until_complete() work, and the outer loop goes on when they return. The libraries keep who is
running in a place of each thread's own; what they find there is put aside meanwhile.

The functions that a program calls, and may have copied, stay what they are. What is exchanged is
what those look up when they are called: two methods of the class of loops, and some names inside the
libraries. Elsewhere than behind a portal nothing is different.
"""

import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from typing import Any

import _greenhost

from ._imports import imported, when_imported

__all__ = ["allow", "allow_everywhere"]

_everywhere = False


def allow_everywhere() -> None:
    """Nest wherever a loop runs, in callbacks that belong to no task as well. Any thread."""
    global _everywhere
    _everywhere = True
    while _TO_DO:
        when_imported(*_TO_DO.popitem())


def _may_nest() -> bool:
    return _everywhere or _greenhost.in_portal()


@contextmanager
def _signals_aside(is_of_outer: Callable[[Any], bool]) -> Iterator[None]:
    """Let Ctrl-C interrupt the inner loop, where the outer one has the handler, and signals wake it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler, wakeup = signal.getsignal(signal.SIGINT), signal.set_wakeup_fd(-1)
    ours = is_of_outer(handler)
    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        if ours:
            signal.signal(signal.SIGINT, handler)


# ---- asyncio ----


def _nesting(method: Callable[..., Any]) -> Callable[..., Any]:
    """A loop's method that runs it, allowed inside another loop of which it knows nothing."""
    import asyncio

    @wraps(method)
    def run(self: Any, *args: Any) -> Any:
        outer = asyncio._get_running_loop()
        if outer is None or outer is self or not _may_nest():
            return method(self, *args)
        asyncio._set_running_loop(None)
        try:
            return method(self, *args)
        finally:
            asyncio._set_running_loop(outer)

    return run


def _reentering(method: Callable[..., Any]) -> Callable[..., Any]:
    """run_until_complete() of the loop that runs already: it goes on, and the caller waits."""
    import asyncio

    @wraps(method)
    def run_until_complete(self: Any, future: Any) -> Any:
        if asyncio._get_running_loop() is self and _greenhost.in_portal():
            return _greenhost.await_(asyncio.ensure_future(future, loop=self))
        return method(self, future)

    return run_until_complete


def _allow_in_class(loop_class: Any) -> None:
    loop_class.run_forever = _nesting(loop_class.run_forever)
    loop_class.run_until_complete = _reentering(_nesting(loop_class.run_until_complete))


def _allow_asyncio(asyncio: Any) -> None:
    """Let its checks pass where one may nest, and its Runner leave the outer loop as it was."""
    events, runner = asyncio.events, asyncio.Runner
    running, run, close = events._get_running_loop, runner.run, runner.close
    checks, on_interrupt = {asyncio.run.__code__, run.__code__}, runner._on_sigint

    def _get_running_loop() -> Any:
        return None if sys._getframe(1).f_code in checks and _may_nest() else running()

    def is_of_outer(handler: Any) -> bool:
        return isinstance(handler, partial) and getattr(handler.func, "__func__", 0) is on_interrupt

    @wraps(run)
    def run_inside(self: Any, *args: Any, **kwds: Any) -> Any:
        if running() is None or not _may_nest():
            return run(self, *args, **kwds)
        with _signals_aside(is_of_outer):
            return run(self, *args, **kwds)

    @wraps(close)
    def close_inside(self: Any) -> None:
        close(self)
        outer = running()
        if outer is not None:
            asyncio.set_event_loop(outer)

    events._get_running_loop = _get_running_loop
    runner.run, runner.close = run_inside, close_inside
    _allow_in_class(asyncio.BaseEventLoop)


def _allow_uvloop(uvloop: Any) -> None:
    _allow_in_class(uvloop.Loop)


# ---- Trio ----


def _allow_trio(run: Any) -> None:
    """Put the outer run aside, from when the inner one is made until its last step has ended."""
    setup_runner, unrolled_run = run.setup_runner, run.unrolled_run
    here = run.GLOBAL_RUN_CONTEXT
    inside: dict[Any, ExitStack] = {}

    @contextmanager
    def aside() -> Iterator[None]:
        outer = dict(here.__dict__)
        handler = outer["runner"].ki_manager.handler
        here.__dict__.clear()
        try:
            with _signals_aside(lambda now: now is handler):
                yield
        finally:
            here.__dict__.update(outer)

    def setup_inside(*args: Any, **kwds: Any) -> Any:
        # A guest run is not over when the call returns, and so can't nest.
        is_run = sys._getframe(1).f_code is run.run.__code__
        if not hasattr(here, "runner") or not is_run or not _may_nest():
            return setup_runner(*args, **kwds)
        with ExitStack() as stack:
            stack.enter_context(aside())
            runner = setup_runner(*args, **kwds)
            inside[runner] = stack.pop_all()
        return runner

    def steps_inside(stack: ExitStack, steps: Any) -> Generator[Any, Any, Any]:
        with stack:
            return (yield from steps)

    def run_inside(runner: Any, *args: Any, **kwds: Any) -> Any:
        steps, stack = unrolled_run(runner, *args, **kwds), inside.pop(runner, None)
        return steps if stack is None else steps_inside(stack, steps)

    run.setup_runner, run.unrolled_run = setup_inside, run_inside


# ---- once for each ----

# What to do to a module, once the program has imported it.
_TO_DO: dict[str, Callable[[Any], None]] = {
    "asyncio": _allow_asyncio,
    "uvloop": _allow_uvloop,
    "trio._core._run": _allow_trio,
}


def allow() -> None:
    """See that loops can nest, in those of the libraries that are imported. Any thread."""
    for name in list(_TO_DO):
        module = imported(name)
        if module is not None:
            to_do = _TO_DO.pop(name, None)
            if to_do is not None:
                to_do(module)
