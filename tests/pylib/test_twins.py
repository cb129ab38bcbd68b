# SPDX-License-Identifier: MIT OR Apache-2.0
"""Cancel scopes in tasks of asyncio and of Trio, each behaviour under both.

Run by python3 it runs itself under greenhost, which the tests are about; GREENHOST names that.
"""

import asyncio
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

try:
    import greenhost
    from greenhost import CancelScope, await_, ensure_portal, fail_after, move_on_after
except ImportError:
    ROOT = Path(__file__).resolve().parents[2]
    GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
    sys.exit(subprocess.run([GREENHOST, *sys.argv]).returncode)

import trio

# Longer than any test may take: who sleeps so long is cancelled, or the test hangs.
LONG = 1000


async def gather_in_trio(*functions):
    async with trio.open_nursery() as nursery:
        for function in functions:
            nursery.start_soon(function)


async def gather_in_asyncio(*functions):
    await asyncio.gather(*(function() for function in functions))


LIBRARIES = {
    "asyncio": (asyncio.sleep, asyncio.CancelledError, gather_in_asyncio, asyncio.run),
    "trio": (trio.sleep, trio.Cancelled, gather_in_trio, lambda main: trio.run(lambda: main)),
}


def under_both(test):
    """Run an async test in a task of each library, with what it needs of it."""

    def run(self):
        for name, (sleep, cancelled, gather, start) in LIBRARIES.items():
            with self.subTest(name):
                self.sleep, self.cancelled, self.gather = sleep, cancelled, gather
                done = []

                async def main():
                    await ensure_portal()
                    await test(self)
                    done.append(True)

                start(main())
                self.assertEqual(done, [True])

    return run


class Scopes(unittest.TestCase):
    def is_cancelled(self):
        try:
            await_(self.sleep(0.001))
        except self.cancelled:
            return True
        return False

    @under_both
    async def test_around_await_(self):
        with move_on_after(0.01) as scope:
            await_(self.sleep(LONG))
            self.fail("went on")
        self.assertTrue(scope.cancelled_caught and scope.cancel_called)
        self.assertFalse(self.is_cancelled())

    @under_both
    async def test_around_await(self):
        with move_on_after(0.01) as scope:
            await self.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)
        await self.sleep(0)

    @under_both
    async def test_fail_after(self):
        with self.assertRaises(greenhost.TooSlowError), fail_after(0.01):
            await_(self.sleep(LONG))
        with fail_after(LONG) as scope:
            await_(self.sleep(0))
        self.assertFalse(scope.cancel_called)

    @under_both
    async def test_others_are_not_concerned(self):
        ended = []

        async def limited():
            await ensure_portal()
            with move_on_after(0.01):
                await_(self.sleep(LONG))
            ended.append("limited")

        async def other():
            await ensure_portal()
            with CancelScope() as scope:
                while not ended:
                    await_(self.sleep(0.001))
            ended.append(scope.cancel_called)

        await self.gather(limited, other)
        self.assertEqual(ended, ["limited", False])

    @under_both
    async def test_for_as_long_as_it_is_entered(self):
        with CancelScope() as scope:
            scope.cancel()
            seen = [self.is_cancelled() for _ in range(3)]
        self.assertEqual(seen, [True] * 3)
        self.assertFalse(self.is_cancelled())

    @under_both
    async def test_shield(self):
        with CancelScope() as outer:
            outer.cancel()
            with CancelScope(shield=True) as inner:
                seen = [self.is_cancelled()]
                inner.shield = False
                seen += [self.is_cancelled()]
        self.assertEqual(seen, [False, True])

    @under_both
    async def test_nested(self):
        with CancelScope() as outer:
            with CancelScope() as inner:
                outer.cancel()
                await_(self.sleep(LONG))
            self.fail("went on")
        self.assertEqual([inner.cancelled_caught, outer.cancelled_caught], [False, True])

    @under_both
    async def test_deadline_is_moved(self):
        with move_on_after(LONG) as scope:
            scope.deadline = greenhost.current_time() + 0.01
            await_(self.sleep(LONG))
        self.assertTrue(scope.cancelled_caught)
        with move_on_after(LONG) as scope:
            # Nothing looks at the clock between the two.
            scope.deadline = greenhost.current_time() + 0.01
            scope.deadline = greenhost.current_time() + LONG
            await_(self.sleep(0.02))
        self.assertFalse(scope.cancel_called)

    @under_both
    async def test_cancelled_by_another_task(self):
        scope = CancelScope()

        async def wait():
            await ensure_portal()
            with scope:
                await_(self.sleep(LONG))

        async def cancel():
            await self.sleep(0.01)
            scope.cancel()

        await self.gather(wait, cancel)
        self.assertTrue(scope.cancelled_caught)

    @under_both
    async def test_around_what_blocks_the_loop(self):
        with move_on_after(0.01) as scope:
            time.sleep(LONG)
            self.fail("went on")
        self.assertTrue(scope.cancelled_caught and scope.cancel_called)
        with self.assertRaises(greenhost.TooSlowError), fail_after(0.01):
            subprocess.run(["sleep", str(LONG)])
        time.sleep(0.001)
        await self.sleep(0.001)

    @under_both
    async def test_one_scope_after_the_other_in_one_task(self):
        with move_on_after(0.01) as scope:
            try:
                await_(self.sleep(LONG))
            finally:
                with self.assertRaises(greenhost.Cancelled):
                    time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)

    @under_both
    async def test_nested_around_what_blocks_the_loop(self):
        with CancelScope() as outer:
            with CancelScope() as inner:
                outer.cancel()
                with CancelScope(shield=True):
                    time.sleep(0.001)
                    await_(self.sleep(0.001))
                time.sleep(LONG)
            self.fail("went on")
        self.assertEqual([inner.cancelled_caught, outer.cancelled_caught], [False, True])

    @under_both
    async def test_what_blocks_the_loop_in_another_task(self):
        ended = []

        async def cancelled():
            await ensure_portal()
            with CancelScope() as scope:
                scope.cancel()
                for _ in range(3):
                    self.assertTrue(self.is_cancelled())
                    with self.assertRaises(greenhost.Cancelled):
                        time.sleep(LONG)
            ended.append("cancelled")

        async def other():
            await ensure_portal()
            for _ in range(5):
                time.sleep(0.001)
                await self.sleep(0)
                await_(self.sleep(0.001))
            ended.append("other")

        await self.gather(cancelled, other)
        self.assertEqual(ended, ["cancelled", "other"])

    @under_both
    async def test_deadline_around_what_blocks_the_loop_is_moved(self):
        with move_on_after(LONG) as scope:
            await_(self.sleep(0))
            scope.deadline = greenhost.current_time() + 0.01
            self.assertEqual(greenhost.current_effective_deadline(), scope.deadline)
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)

    @under_both
    async def test_its_portal_ends_first(self):
        async def without():
            scope = CancelScope()
            await greenhost.with_portal_run_sync(scope.__enter__)
            time.sleep(0)
            self.assertFalse(scope.__exit__(None, None, None))

        await self.gather(without)

    @under_both
    async def test_a_nursery_says_what_to_use(self):
        with self.assertRaisesRegex(RuntimeError, "that library's own"):
            greenhost.open_nursery().__enter__()

    @under_both
    async def test_an_error_passes(self):
        with self.assertRaises(KeyError), CancelScope() as scope:
            scope.cancel()
            raise KeyError
        self.assertFalse(self.is_cancelled())

    def test_asyncio_is_told_of_who_else_cancels(self):
        async def main():
            await ensure_portal()
            with CancelScope():
                await_(asyncio.sleep(LONG))

        async def outer():
            task = asyncio.create_task(main())
            await asyncio.sleep(0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(outer())

    def test_tasks_beside_the_loop_are_not_concerned(self):
        async def main():
            await ensure_portal()
            with move_on_after(0.01):
                await_(asyncio.sleep(LONG))

        with CancelScope() as scope:
            other = greenhost.spawn(time.sleep, 0.02)
            asyncio.run(main())
            other.result()
        self.assertFalse(scope.cancel_called)


if __name__ == "__main__":
    unittest.main()
