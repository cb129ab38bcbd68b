# SPDX-License-Identifier: MIT OR Apache-2.0
"""Event loops that run inside others, behind a portal."""

import asyncio
import signal
import sys
import unittest

from support import Asyncio, Trio, both

import greenhost
import trio
import uvloop
from greenhost import await_


class SameLibrary(unittest.TestCase):
    """A loop in a loop of the same kind."""

    @both
    async def test_without_a_portal(self, library):
        coroutines = []

        async def inner():
            pass

        def start():
            if library is Trio:
                return trio.run(inner)
            coroutines.append(inner())
            return asyncio.run(coroutines[-1])

        with self.assertRaisesRegex(RuntimeError, "cannot be called from|from inside a run"):
            start()
        for coroutine in coroutines:
            coroutine.close()

    @both
    async def test_behind_a_portal(self, library):
        seen = []

        async def inner(depth):
            seen.append(library.current_task())
            self.assertFalse(greenhost.has_portal())
            await library.sleep(0)
            await greenhost.ensure_portal()
            if depth:
                library.start(inner, depth - 1)
            await library.sleep(0)
            await_(library.sleep(0))
            self.assertIs(library.current_task(), seen[2 - depth])

        await greenhost.ensure_portal()
        task = library.current_task()
        library.start(inner, 2)
        self.assertIs(library.current_task(), task)
        self.assertEqual(len(set(seen) | {task}), 4)
        await library.sleep(0)
        await_(library.sleep(0))

    @both
    async def test_error_leaves_the_outer_one_whole(self, library):
        async def inner():
            await library.sleep(0)
            raise ValueError("inner")

        await greenhost.ensure_portal()
        with self.assertRaisesRegex(ValueError, "inner"):
            library.start(inner)
        await library.sleep(0)
        self.assertTrue(greenhost.has_portal())

    @both
    async def test_ctrl_c_ends_the_inner_one(self, library):
        seen = []

        async def inner():
            try:
                signal.raise_signal(signal.SIGINT)
                await library.sleep(60)
            finally:
                seen.append("inner")

        await greenhost.ensure_portal()
        with self.assertRaises(KeyboardInterrupt):
            library.start(inner)
        self.assertEqual(seen, ["inner"])
        await library.sleep(0)

    @both
    async def test_only_the_task_that_has_one(self, library):
        async def inner():
            pass

        async def without():
            start = trio.run if library is Trio else (lambda function: asyncio.run(Nothing()))
            with self.assertRaises(RuntimeError):
                start(inner)

        class Nothing:
            def __await__(self):
                return iter(())

        await greenhost.ensure_portal()
        library.start(inner)
        await library.gather(without)


class OfAsyncio(unittest.TestCase):
    """What asyncio alone has."""

    def test_the_other_names(self):
        async def inner():
            await asyncio.sleep(0)
            return asyncio.get_running_loop()

        async def main():
            outer = asyncio.get_running_loop()
            await greenhost.ensure_portal()
            with asyncio.Runner() as runner:
                self.assertIs(runner.run(inner()), runner.get_loop())
                self.assertIs(runner.run(inner()), runner.get_loop())
            self.assertIs(asyncio.get_event_loop_policy().get_event_loop(), outer)
            for make in (asyncio.new_event_loop, uvloop.new_event_loop):
                loop = make()
                self.assertIs(loop.run_until_complete(inner()), loop)
                loop.call_soon(loop.stop)
                loop.run_forever()
                loop.close()
                self.assertIs(asyncio.get_running_loop(), outer)
            await asyncio.sleep(0)

        asyncio.run(main())
        uvloop.install()
        try:
            asyncio.run(main())
        finally:
            asyncio.set_event_loop_policy(None)

    def test_the_loop_that_runs(self):
        seen = []

        async def other():
            for number in range(3):
                seen.append(number)
                await asyncio.sleep(0)

        async def inner():
            while len(seen) < 3:
                await asyncio.sleep(0)
            return asyncio.get_running_loop()

        async def main():
            loop = asyncio.get_running_loop()
            with self.assertRaisesRegex(RuntimeError, "already running"):
                loop.run_until_complete(loop.create_future())
            await greenhost.ensure_portal()
            task = loop.create_task(other())
            self.assertIs(loop.run_until_complete(inner()), loop)
            self.assertEqual(seen, [0, 1, 2])
            await task

        asyncio.run(main())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            seen.clear()
            runner.run(main())

    def test_generators_and_the_default_loop(self):
        events = []

        async def numbers():
            try:
                yield 1
            finally:
                events.append("closed")

        async def inner():
            global kept
            kept = numbers()
            await kept.__anext__()

        async def main():
            await greenhost.ensure_portal()
            hooks = sys.get_asyncgen_hooks()
            asyncio.run(inner())
            self.assertEqual(events, ["closed"])
            self.assertEqual(sys.get_asyncgen_hooks(), hooks)

        asyncio.run(main())

    def test_many_levels(self):
        async def level(depth):
            await greenhost.ensure_portal()
            if depth:
                return (asyncio.run if depth % 2 else trio_run)(level(depth - 1))
            await_((asyncio if depth % 2 == 0 else trio).sleep(0))
            return "bottom"

        def trio_run(coroutine):
            async def main():
                return await coroutine

            return trio.run(main)

        self.assertEqual(asyncio.run(level(4)), "bottom")

    def test_others_of_the_host_go_on(self):
        async def inner():
            promise = greenhost.Promise()
            greenhost.spawn(promise.set_result, 7)
            return promise.result()

        async def main():
            await greenhost.ensure_portal()
            return asyncio.run(inner())

        self.assertEqual(asyncio.run(main()), 7)


if __name__ == "__main__":
    unittest.main()
