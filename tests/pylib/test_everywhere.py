# SPDX-License-Identifier: MIT OR Apache-2.0
"""portal_everywhere(): every task of asyncio and Trio has a portal."""

import asyncio
import collections.abc
import sys
import threading
import unittest

from support import Asyncio, Trio, both

import greenhost
import trio
import uvloop
from greenhost import await_


class Everywhere(unittest.TestCase):
    """Called once, in the middle of a program that has both libraries."""

    @classmethod
    def setUpClass(cls):
        async def main():
            with cls().assertRaises(RuntimeError):
                await_(asyncio.sleep(0))

        asyncio.run(main())
        greenhost.portal_everywhere()
        greenhost.portal_everywhere()

    @both
    async def test_main_and_children(self, library):
        seen = []

        async def child():
            self.assertTrue(greenhost.has_portal())
            await_(library.sleep(0))
            await library.sleep(0)
            await greenhost.ensure_portal()
            self.assertEqual(await greenhost.with_portal_run_sync(await_, leaf()), "leaf")
            seen.append("child")

        async def leaf():
            await library.sleep(0)
            return "leaf"

        self.assertTrue(greenhost.has_portal(library.current_task()))
        await_(library.gather(child, child))
        self.assertEqual(seen, ["child", "child"])

    @both
    async def test_cancelled(self, library):
        seen, begun = [], library.Event()

        async def work():
            try:
                begun.set()
                await_(library.sleep(60))
            except library.Cancelled:
                seen.append("cancelled")
                raise

        self.assertTrue(await library.cancel_once(begun, work))
        self.assertEqual(seen, ["cancelled"])

    @both
    async def test_error(self, library):
        async def work():
            await_(library.sleep(0))
            raise ValueError("seen")

        with self.assertRaisesRegex(ValueError, "seen"):
            await library.gather(work)

    @both
    async def test_loop_in_a_loop(self, library):
        async def inner():
            await_(library.sleep(0))

        library.start(inner)
        await library.sleep(0)

    @both
    async def test_in_every_thread(self, library):
        async def work():
            await_(library.sleep(0))
            seen.append(threading.get_ident())

        seen = []
        threads = [threading.Thread(target=library.start, args=[work]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(seen), 3)

    def test_callback_of_asyncio(self):
        async def inner():
            await_(asyncio.sleep(0))
            return 7

        async def main():
            future = asyncio.get_running_loop().create_future()
            callback = lambda: future.set_result(asyncio.run(inner()))  # noqa: E731
            asyncio.get_running_loop().call_soon(callback)
            return await future

        self.assertEqual(asyncio.run(main()), 7)

    def test_factories_and_types_of_tasks(self):
        class OwnTask(asyncio.Task):
            pass

        def factory(loop, coroutine, context=None):
            return OwnTask(coroutine, loop=loop, context=context)

        async def work():
            await_(asyncio.sleep(0))
            return type(asyncio.current_task())

        async def main():
            asyncio.get_running_loop().set_task_factory(factory)
            return [await asyncio.create_task(work()), await asyncio.tasks._PyTask(work())]

        for make in (asyncio.new_event_loop, uvloop.new_event_loop):
            with asyncio.Runner(loop_factory=make) as runner:
                self.assertEqual(runner.run(main()), [OwnTask, asyncio.tasks._PyTask])

    def test_a_task_looks_like_itself(self):
        async def main():
            task = asyncio.current_task()
            self.assertIn("main() running at", repr(task))
            self.assertIn(task, asyncio.all_tasks())
            self.assertIs(task.get_stack()[-1].f_code, task.get_coro().cr_code)
            other = asyncio.create_task(asyncio.sleep(60))
            self.assertIn("coro=<sleep() running", repr(other))
            other.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await other

        asyncio.run(main(), debug=True)

    def test_eagerly_ended_and_never_run(self):
        async def nothing():
            return 7

        async def main():
            task = asyncio.create_task(nothing())
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            return await asyncio.gather(*[nothing() for _ in range(3)])

        self.assertEqual(asyncio.run(main()), [7, 7, 7])

    def test_coroutine_of_another_type(self):
        class Steps(collections.abc.Coroutine):
            def send(self, value):
                await_(asyncio.sleep(0))
                raise StopIteration(7)

            def throw(self, *error):
                raise AssertionError

            def close(self):
                pass

            def __await__(self):
                return self

        async def main():
            return await asyncio.create_task(Steps())

        self.assertEqual(asyncio.run(main()), 7)

    def test_nursery_start_and_system_tasks(self):
        async def service(task_status):
            task_status.started(await_(value()))
            await_(trio.sleep_forever())

        async def value():
            await trio.sleep(0)
            return 7

        async def system(done):
            await_(trio.sleep(0))
            done.set()

        async def main():
            done = trio.Event()
            trio.lowlevel.spawn_system_task(system, done)
            async with trio.open_nursery() as nursery:
                self.assertEqual(await nursery.start(service), 7)
                await done.wait()
                nursery.cancel_scope.cancel()

        trio.run(main)


class Later(unittest.TestCase):
    """The libraries are imported after the call."""

    def test_of_both(self):
        code = """
import sys
import greenhost
assert not {"asyncio", "trio", "uvloop"} & set(sys.modules)
greenhost.portal_everywhere()
assert not {"asyncio", "trio", "uvloop"} & set(sys.modules)
from greenhost import await_
import asyncio, trio, uvloop, inspect
async def of_asyncio(): await_(asyncio.sleep(0)); return 1
async def of_trio(): await_(trio.sleep(0)); return 2
async def outer(): return asyncio.run(of_asyncio()) + trio.run(of_trio)
print(asyncio.run(outer()))
uvloop.install()
print(asyncio.run(of_asyncio()))
print(len(inspect.getsource(uvloop)) > 0, "greenhost" in repr(sys.meta_path))
"""
        done = greenhost.spawn(run_alone, code).result()
        self.assertEqual((done.stdout, done.stderr), ("3\n1\nTrue False\n", ""))


def run_alone(code):
    import subprocess

    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


if __name__ == "__main__":
    unittest.main()
