# SPDX-License-Identifier: MIT OR Apache-2.0
"""Portals: await_() in tasks of asyncio and of Trio, each behaviour under both."""

import asyncio
import contextvars
import functools
import gc
import threading
import types
import unittest
import warnings

from support import Asyncio, Trio, both

import greenhost as greenback
import greenlet
import sniffio
import trio
import trio.testing
from greenhost import await_


@types.coroutine
def trap(value):
    return (yield value)


def in_trio(test):
    """A test that is an async function, run by Trio with a clock that does not wait."""

    @functools.wraps(test)
    def run(self):
        clock = trio.testing.MockClock(autojump_threshold=0)
        trio.run(functools.partial(test, self), clock=clock)

    return run


class Portals(unittest.TestCase):
    """Who has one, and from when to when."""

    @both
    async def test_ensure_portal(self, library):
        ticks = 0

        async def one_task(portal=False):
            nonlocal ticks
            if not portal:
                self.assertFalse(greenback.has_portal())
                with self.assertRaisesRegex(RuntimeError, "ensure_portal"):
                    await_(library.sleep(0))
                await greenback.ensure_portal()
                await greenback.ensure_portal()
            self.assertTrue(greenback.has_portal())
            for _ in range(100):
                await_(library.sleep(0))
                await library.sleep(0)
                ticks += 1

        async def with_parent():
            await greenback.ensure_portal()
            await library.gather(one_task)
            await_(one_task(True))
            await one_task(True)

        await library.gather(one_task, with_parent)
        self.assertEqual(ticks, 400)

    @both
    async def test_others_run_meanwhile(self, library):
        seen = []

        async def one(name):
            await greenback.ensure_portal()
            for number in range(3):
                seen.append(name)
                await_(library.sleep(0.01 if number == 0 else 0))

        await library.gather(functools.partial(one, "a"), functools.partial(one, "b"))
        self.assertEqual(sorted(seen[:2]), ["a", "b"])

    @both
    async def test_with_portal_run(self, library):
        async def work(number, *, more):
            self.assertTrue(greenback.has_portal())
            self.assertTrue(greenback.has_portal(library.current_task()))
            await_(library.sleep(0))
            await greenback.ensure_portal()
            await library.sleep(0)
            return number + more

        class Awaitable:
            def __init__(self, number, *, more):
                self.work = work(number, more=more)

            def __await__(self):
                return self.work.__await__()

        for function in (work, Awaitable):
            self.assertEqual(await greenback.with_portal_run(function, 1, more=2), 3)
            self.assertFalse(greenback.has_portal())
            nested = greenback.with_portal_run(greenback.with_portal_run, function, 1, more=2)
            self.assertEqual(await nested, 3)
        with self.assertRaisesRegex(RuntimeError, "ensure_portal"):
            await_(library.sleep(0))

    @both
    async def test_with_portal_run_sync(self, library):
        async def work():
            await library.sleep(0)
            return 7

        run_sync = greenback.with_portal_run_sync
        self.assertEqual(await run_sync(lambda: await_(work())), 7)
        self.assertEqual(await run_sync(lambda: await_(run_sync(lambda: await_(work())))), 7)
        self.assertEqual(await run_sync(lambda a, *, b: (a, b), 1, b=2), (1, 2))
        self.assertFalse(greenback.has_portal())
        await greenback.ensure_portal()
        self.assertEqual(await run_sync(lambda: await_(work())), 7)
        self.assertTrue(greenback.has_portal())

    @both
    async def test_a_function_that_never_waits(self, library):
        self.assertEqual(await greenback.with_portal_run_sync(lambda: 3), 3)
        with self.assertRaisesRegex(ValueError, "seen"):
            await greenback.with_portal_run_sync(self.fail_with, ValueError("seen"))
        with self.assertRaisesRegex(RuntimeError, "raised StopIteration"):
            await greenback.with_portal_run_sync(next, iter(()))
        with self.assertRaises(greenlet.GreenletExit):
            await greenback.with_portal_run_sync(self.fail_with, greenlet.GreenletExit())

    def fail_with(self, error):
        raise error

    @both
    async def test_bestow_portal(self, library):
        tasks = []
        started, given = library.Event(), library.Event()

        async def other():
            tasks.append(library.current_task())
            started.set()
            await given.wait()
            self.assertTrue(greenback.has_portal(tasks[0]))
            self.assertTrue(greenback.has_portal())
            await_(library.sleep(0))

        async def giver():
            await started.wait()
            self.assertFalse(greenback.has_portal(tasks[0]))
            greenback.bestow_portal(tasks[0])
            self.assertTrue(greenback.has_portal(tasks[0]))
            greenback.bestow_portal(tasks[0])
            self.assertFalse(greenback.has_portal())
            given.set()

        await library.gather(other, giver)
        self.assertFalse(greenback.has_portal(tasks[0]))

    @both
    async def test_bestow_portal_on_oneself(self, library):
        greenback.bestow_portal(library.current_task())
        self.assertFalse(greenback.has_portal())
        self.assertFalse(greenback.has_portal(library.current_task()))
        with self.assertRaisesRegex(RuntimeError, rf"must yield.*{library.name}.sleep\(0\)"):
            await_(library.sleep(0))
        self.assertEqual(
            await greenback.with_portal_run_sync(lambda: await_(library.sleep(0))), None
        )
        await library.sleep(0)
        self.assertTrue(greenback.has_portal())
        self.assertTrue(greenback.has_portal(library.current_task()))
        await_(library.sleep(0))

    @in_trio
    async def test_with_portal_run_tree(self):
        async def without():
            await trio.sleep(0.5)
            self.assertFalse(greenback.has_portal())

        async def with_one():
            self.assertTrue(greenback.has_portal())
            await_(trio.sleep(0.5))

        async def child(depth):
            self.assertTrue(greenback.has_portal())
            await_(trio.sleep(0))
            if depth == 0:
                return
            async with trio.open_nursery() as nursery:
                nursery.start_soon(with_one)
                nursery.start_soon(greenback.with_portal_run_tree, child, depth - 1)
                nursery.start_soon(child, depth - 1)
                outer.start_soon(without)
                await_(greenback.with_portal_run_tree(child, depth - 1))
                await trio.sleep(1)

        async with trio.open_nursery() as outer:
            async with trio.open_nursery() as middle:
                await greenback.with_portal_run_tree(child, 2)
                self.assertFalse(greenback.has_portal())
                middle.start_soon(without)
                middle.start_soon(greenback.with_portal_run_tree, child, 2)
                await trio.sleep(0.5)
                middle.start_soon(greenback.with_portal_run_tree, child, 2)
                await trio.sleep(0.5)
                self.assertFalse(greenback.has_portal())

    def test_a_whole_program_in_a_tree(self):
        async def main():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(child)

        async def child():
            await_(trio.sleep(0))

        trio.run(greenback.with_portal_run_tree, main)

    @in_trio
    async def test_checkpoints(self):
        async def nothing():
            pass

        with trio.testing.assert_checkpoints():
            await greenback.ensure_portal()
        with trio.testing.assert_checkpoints():
            await greenback.ensure_portal()
        with trio.testing.assert_checkpoints():
            await_(trio.sleep(0))
        with trio.testing.assert_no_checkpoints():
            await_(nothing())
        with trio.testing.assert_no_checkpoints():
            await greenback.with_portal_run(nothing)


class Misuse(unittest.TestCase):
    """Errors that say what to do."""

    def test_outside_of_a_task(self):
        self.assertFalse(greenback.has_portal())
        for function in (greenback.ensure_portal, greenback.with_portal_run_sync):
            with self.assertRaises(sniffio.AsyncLibraryNotFoundError):
                function(*[int] * (function is not greenback.ensure_portal)).send(None)
        with self.assertRaisesRegex(TypeError, "can have a portal, not 3"):
            greenback.bestow_portal(3)

    def test_in_a_callback_of_asyncio(self):
        async def main():
            await greenback.ensure_portal()
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(lambda: future.set_result(greenback.has_portal()))
            return await future

        self.assertFalse(asyncio.run(main()))

    def test_tree_in_asyncio(self):
        with self.assertRaisesRegex(RuntimeError, "only supported.*running under Trio"):
            asyncio.run(greenback.with_portal_run_tree(asyncio.sleep, 1))

    def test_another_library(self):
        async def main():
            sniffio.current_async_library_cvar.set("tokio")
            with self.assertRaisesRegex(RuntimeError, "does not support tokio"):
                await_(trio.sleep(1))

        trio.run(main)

    @both
    async def test_refused_coroutine_is_closed(self, library):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            coroutine = library.sleep(0)
            with self.assertRaises(RuntimeError):
                await_(coroutine)
            del coroutine
            gc.collect()

    @both
    async def test_yielding_what_the_library_refuses(self, library):
        def error_of(function):
            try:
                function()
            except Exception as error:
                return type(error), str(error)

        try:
            await trap(42)
        except Exception as error:
            expected = type(error), str(error)
        await greenback.ensure_portal()
        with self.assertRaises(expected[0]):
            await trap(42)
        self.assertEqual(error_of(lambda: await_(trap(42))), expected)

    @both
    async def test_a_task_that_ends_so(self, library):
        async def failing():
            await greenback.ensure_portal()
            await trap(42)

        with self.assertRaises((TypeError, RuntimeError)):
            await library.gather(failing)


class Await(unittest.TestCase):
    """What goes through a portal."""

    @both
    async def test_cancelled(self, library):
        seen = []

        def work():
            try:
                begun.set()
                await_(library.sleep(60))
            except library.Cancelled as error:
                seen.append(type(error))
                raise
            finally:
                seen.append("finally")

        async def portal():
            await greenback.ensure_portal()
            work()

        sync = functools.partial(greenback.with_portal_run_sync, work)
        for function in (portal, sync):
            begun = library.Event()
            self.assertTrue(await library.cancel_once(begun, function))
            self.assertEqual(seen, [library.Cancelled, "finally"])
            seen.clear()

    @both
    async def test_contexts(self, library):
        variable = contextvars.ContextVar("variable")

        async def inner():
            self.assertEqual(variable.get(), 20)
            await library.sleep(0)
            variable.set(30)

        def middle():
            self.assertEqual(variable.get(), 10)
            variable.set(20)
            await_(inner())
            self.assertEqual(variable.get(), 30)
            variable.set(50)
            context = contextvars.copy_context()
            context.run(variable.set, 20)
            context.run(await_, inner())
            self.assertEqual(context[variable], 30)
            self.assertEqual(variable.get(), 50)
            variable.set(40)

        variable.set(10)
        await greenback.ensure_portal()
        middle()
        self.assertEqual(variable.get(), 40)
        await library.sleep(0)
        self.assertEqual(variable.get(), 40)

    @in_trio
    async def test_contexts_stay_apart(self):
        variable = contextvars.ContextVar("variable")
        given = trio.Event()

        async def one(task_status):
            variable.set("one")
            task_status.started(trio.lowlevel.current_task())
            await given.wait()
            self.assertEqual(variable.get(), "one")
            await_(trio.sleep(0))
            self.assertEqual(variable.get(), "one")

        async def two(task):
            variable.set("two")
            await greenback.ensure_portal()
            await_(trio.sleep(0))
            greenback.bestow_portal(task)
            given.set()
            await trio.sleep(0)
            self.assertEqual(variable.get(), "two")

        async with trio.open_nursery() as nursery:
            task = await nursery.start(one)
            nursery.start_soon(two, task)
        with self.assertRaises(LookupError):
            variable.get()

    @in_trio
    async def test_context_that_is_replaced(self):
        variable = contextvars.ContextVar("variable", default="old")
        context = contextvars.copy_context()
        context.run(variable.set, "new")
        await greenback.ensure_portal()
        trio.lowlevel.current_task().context = context
        await_(trio.sleep(0))
        self.assertEqual(variable.get(), "new")

    @both
    async def test_greenlets_of_the_program(self, library):
        async def inner(middle):
            for number in range(10):
                await library.sleep(0)
                self.assertEqual(middle.switch(number), f"resume {number + 1}")
            return "success"

        def run():
            other = greenlet.greenlet(await_)
            self.assertEqual(other.switch(inner(greenlet.getcurrent())), 0)
            for number in range(1, 10):
                self.assertEqual(other.switch(f"resume {number}"), number)
            self.assertEqual(other.switch("resume 10"), "success")
            self.assertTrue(other.dead)

        async def run_async():
            run()

        await greenback.with_portal_run(run_async)
        await greenback.with_portal_run_sync(run)

    def test_trio_inside_asyncio(self):
        async def inner():
            with self.assertRaisesRegex(RuntimeError, "ensure_portal"):
                await_(trio.sleep(0))
            await greenback.ensure_portal()
            await_(trio.sleep(0))
            return 7

        async def outer():
            await greenback.ensure_portal()
            self.assertEqual(trio.run(inner), 7)
            await_(asyncio.sleep(0))

        asyncio.run(outer())

    def test_asyncio_inside_trio(self):
        async def inner():
            with self.assertRaisesRegex(RuntimeError, "ensure_portal"):
                await_(asyncio.sleep(0))
            await greenback.ensure_portal()
            await_(asyncio.sleep(0))
            return 7

        async def outer():
            await greenback.ensure_portal()
            self.assertEqual(asyncio.run(inner()), 7)
            await_(trio.sleep(0))

        trio.run(outer)

    def test_in_threads_and_in_tasks(self):
        results = []

        async def work(library):
            await greenback.ensure_portal()
            for _ in range(10):
                await_(library.sleep(0.001))
            results.append(library.name)

        tasks = [greenback.spawn(library.start, work, library) for library in (Asyncio, Trio) * 2]
        threads = [
            threading.Thread(target=library.start, args=[work, library])
            for library in (Asyncio, Trio)
        ]
        for thread in threads:
            thread.start()
        for waiter in threads + tasks:
            waiter.join()
        self.assertEqual(sorted(results), ["asyncio"] * 3 + ["trio"] * 3)

    def test_operations_of_the_loop(self):
        async def main():
            await greenback.ensure_portal()
            return await_(greenback.ops.work(lambda: 7))

        self.assertEqual(asyncio.run(main()), 7)

    def test_a_task_written_in_python(self):
        async def main():
            await greenback.ensure_portal()
            await_(asyncio.sleep(0))
            return 7

        async def outer():
            task = asyncio.tasks._PyTask(main())
            return await task

        self.assertEqual(asyncio.run(outer()), 7)

    def test_a_task_looks_like_itself(self):
        async def main():
            await greenback.ensure_portal()
            task = asyncio.current_task()
            self.assertIn("main() running at", repr(task))
            self.assertIs(task.get_stack()[-1].f_code, task.get_coro().cr_code)
            self.assertIs(task.get_coro(), coroutine)

        class OwnTask(asyncio.Task):
            pass

        for make in (asyncio.Task, OwnTask, asyncio.tasks._PyTask):
            with asyncio.Runner() as runner:
                runner.get_loop().set_task_factory(lambda loop, coro, **kwds: make(coro, loop=loop))
                coroutine = main()
                runner.run(coroutine)

    def test_dropped_in_the_middle(self):
        seen = []

        def wait():
            try:
                await_(loop.create_future())
            finally:
                seen.append("finally")

        async def main():
            await greenback.ensure_portal()
            wait()

        async def drop():
            task = loop.create_task(main())
            for _ in range(3):
                await asyncio.sleep(0)
            portal = task._coro
            self.assertEqual(seen, [])
            portal.close()
            self.assertEqual(seen, ["finally"])
            task._log_destroy_pending = False

        loop = asyncio.new_event_loop()
        loop.run_until_complete(drop())
        loop.close()

    def test_dropped_in_a_cycle(self):
        seen = []

        async def main(task):
            await greenback.ensure_portal()
            task.append(asyncio.current_task())
            try:
                await loop.create_future()
            finally:
                seen.append("finally")

        async def drop():
            task = asyncio.create_task(main([]))
            for _ in range(3):
                await asyncio.sleep(0)
            task._log_destroy_pending = False

        loop = asyncio.new_event_loop()
        loop.run_until_complete(drop())
        gc.collect()
        self.assertEqual(seen, ["finally"])
        loop.close()

    @both
    async def test_greenlet_that_outlives_a_step(self, library):
        async def spawn(function):
            home = greenlet.getcurrent()
            inner = greenlet.greenlet(function)
            result = inner.switch(home)
            while not inner.dead:
                await result
                result = inner.switch()
            return result

        def wait(home):
            for _ in range(3):
                home.switch(library.sleep(0))
                await_(library.sleep(0))
            return "done"

        async def main():
            await greenback.ensure_portal()
            results.append(await spawn(wait))

        results = []
        await library.gather(*[main] * 3)
        self.assertEqual(results, ["done"] * 3)

    @both
    async def test_one_that_awaits_has_no_greenlet(self, library):
        def greenlets():
            return sum(isinstance(thing, greenlet.greenlet) for thing in gc.get_objects())

        async def wait():
            await greenback.ensure_portal()
            await_(library.sleep(0))
            await event.wait()

        async def count():
            before = greenlets()
            for _ in range(10):
                await library.sleep(0)
            counts.append(greenlets() - before)
            event.set()

        event, counts = library.Event(), []
        await library.gather(count, *[wait] * 50)
        await library.gather(count, *[wait] * 50)
        self.assertLessEqual(counts[1], 0)

    @both
    async def test_nothing_is_kept(self, library):
        def portals():
            gc.collect()
            return sum(isinstance(thing, greenlet.greenlet) for thing in gc.get_objects())

        async def some(count):
            await library.gather(*[greenback.ensure_portal] * count)

        await some(10)
        before = portals()
        await some(500)
        self.assertLess(portals(), before + 50)


if __name__ == "__main__":
    unittest.main()
