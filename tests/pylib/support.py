# SPDX-License-Identifier: MIT OR Apache-2.0
"""What tests of asyncio and Trio under greenhost have in common.

Run by python3 a test runs itself under greenhost, which it is about; GREENHOST names that.
"""

import asyncio
import functools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())

try:
    import greenhost  # noqa: F401
except ImportError:
    sys.exit(subprocess.run([GREENHOST, *sys.argv]).returncode)

import trio


class Asyncio:
    """What the tests need of a library."""

    name = "asyncio"
    sleep = staticmethod(asyncio.sleep)
    current_task = staticmethod(asyncio.current_task)
    Event = asyncio.Event
    Cancelled = asyncio.CancelledError

    @staticmethod
    def start(function, *args):
        """Run a whole program."""
        asyncio.run(function(*args))

    @staticmethod
    async def gather(*functions):
        """Run async functions as tasks until all are done."""
        tasks = [asyncio.ensure_future(function()) for function in functions]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    @staticmethod
    async def cancel_once(begun, function):
        """Run an async function, cancelled once the event is set; whether it was."""
        task = asyncio.ensure_future(function())
        await begun.wait()
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        return False


class Trio:
    """The same of Trio."""

    name = "trio"
    start = staticmethod(trio.run)
    sleep = staticmethod(trio.sleep)
    current_task = staticmethod(trio.lowlevel.current_task)
    Event = trio.Event
    Cancelled = trio.Cancelled

    @staticmethod
    async def gather(*functions):
        async with trio.open_nursery() as nursery:
            for function in functions:
                nursery.start_soon(function)

    @staticmethod
    async def cancel_once(begun, function):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(function)
            await begun.wait()
            nursery.cancel_scope.cancel()
        return nursery.cancel_scope.cancelled_caught


def both(test):
    """A test that is an async function of the library, run once by each."""

    @functools.wraps(test)
    def run(self):
        for library in (Asyncio, Trio):
            with self.subTest(library=library.name):
                library.start(test, self, library)

    return run
