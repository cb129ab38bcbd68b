# SPDX-License-Identifier: MIT OR Apache-2.0
"""Time limits: cancel scopes that cancel themselves. Names and meaning are Trio's.

A cancel scope reaches every call that blocks, in Python or in C, and the tasks of the nurseries that
are opened in it. Times are in seconds.
"""

from math import inf

from _greenhost import CancelScope, current_time, fail_at, sleep

__all__ = ["fail_after", "move_on_after", "move_on_at", "sleep_forever"]


def move_on_at(deadline: float, *, shield: bool = False) -> CancelScope:
    """Return a CancelScope that cancels itself at deadline, in seconds of current_time()."""
    return CancelScope(deadline=deadline, shield=shield)


def move_on_after(seconds: float, *, shield: bool = False) -> CancelScope:
    """Return a CancelScope that cancels itself so many seconds from now.

    The block is then left, and cancelled_caught says that it was. Raises ValueError for a time that
    is negative or NaN.
    """
    return move_on_at(current_time() + _checked(seconds), shield=shield)


def fail_after(seconds: float, *, shield: bool = False) -> CancelScope:
    """As move_on_after(), but the block raises TooSlowError, a TimeoutError, when it was cancelled."""
    return fail_at(current_time() + _checked(seconds), shield=shield)


def sleep_forever() -> None:
    """Park the calling task until it is cancelled."""
    while True:
        sleep(inf)


def _checked(seconds: float) -> float:
    if seconds >= 0:
        return seconds
    raise ValueError(f"a time limit is 0 seconds or more, not {seconds!r}")
