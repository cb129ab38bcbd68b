# SPDX-License-Identifier: MIT OR Apache-2.0
"""await_() and what is made of it, wherever it works: behind portals, and in plain tasks."""

import functools
import traceback
import unittest
from contextlib import asynccontextmanager

from support import Asyncio, Trio

import greenhost
from greenhost import async_context, async_iter, autoawait, await_


def everywhere(test):
    """A synchronous test, run in a task of each library, and in a plain task with each of our loops."""

    @functools.wraps(test)
    def run(self):
        for library, block in ((Asyncio, greenhost.asyncio_loop), (Trio, greenhost.trio_loop)):
            with self.subTest(task=library.name):
                library.start(greenhost.with_portal_run_sync, test, self, library)
            with self.subTest(loop=library.name), block():
                test(self, library)

    return run


def error_of(function, *args):
    """The type of what it raises, or None."""
    try:
        function(*args)
    except Exception as error:
        return type(error)


def frames_of(error):
    """The functions of this file in its traceback, which assertRaises() would drop."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.name for frame in frames if frame.filename == __file__]


class Await(unittest.TestCase):
    """The function."""

    @everywhere
    def test_awaitable(self, library):
        class Silly:
            def __init__(self, error=None):
                self.error = error

            def __await__(self):
                yield from library.sleep(0).__await__()
                if self.error:
                    raise self.error
                return "it works"

        self.assertEqual(await_(Silly()), "it works")
        try:
            await_(Silly(ValueError("nope")))
        except ValueError as error:
            self.assertEqual(frames_of(error), ["test_awaitable", "__await__"])

    @everywhere
    def test_traceback_of_nested_waits(self, library):
        async def countdown(number):
            await library.sleep(0)
            if number == 0:
                raise ValueError("Blastoff!")
            if number % 2 == 0:
                return await countdown(number - 1)
            return await_(countdown(number - 1))

        try:
            await_(countdown(10))
        except ValueError as error:
            expected = ["test_traceback_of_nested_waits"] + ["countdown"] * 11
            self.assertEqual(frames_of(error), expected)

    @everywhere
    def test_not_awaitable(self, library):
        with self.assertRaisesRegex(TypeError, "int can't be used in 'await' expression"):
            await_(42)

    @everywhere
    def test_a_coroutine_is_awaited_once(self, library):
        coroutine = library.sleep(0)
        await_(coroutine)
        with self.assertRaisesRegex(RuntimeError, "cannot reuse already awaited coroutine"):
            await_(coroutine)


class Adapters(unittest.TestCase):
    """autoawait, decorate_as_sync, async_context and async_iter."""

    @everywhere
    def test_autoawait(self, library):
        @autoawait
        async def same(value):
            """Wait."""
            await library.sleep(0)
            return value

        self.assertEqual([same(1), same(value=2)], [1, 2])
        self.assertEqual((same.__name__, same.__doc__), ("same", "Wait."))

    @everywhere
    def test_decorate_as_sync(self, library):
        @greenhost.decorate_as_sync(functools.lru_cache())
        async def example(*args, **kwds):
            calls.append(greenhost.has_portal())
            await library.sleep(0)
            return sum(args), list(kwds)

        calls = []
        self.assertEqual(example.__wrapped__.__name__, "example")
        for _ in range(2):
            self.assertEqual(await_(example(1, 2, test="foo")), (3, ["test"]))
        self.assertEqual(await_(example(1)), (1, []))
        self.assertEqual(calls, [True, True])

    @everywhere
    def test_magic_methods(self, library):
        class Slow:
            @autoawait
            async def __init__(self):
                await library.sleep(0)
                calls.append("init")

            @autoawait
            async def __del__(self):
                await library.sleep(0)
                calls.append("del")

        calls = []
        thing = Slow()
        del thing
        self.assertEqual(calls, ["init", "del"])

    @everywhere
    def test_async_context(self, library):
        class NoExit:
            async def __aenter__(self):
                raise AssertionError

        class NoEnter:
            async def __aexit__(self, *exc):
                raise AssertionError

        class ThrowExit:
            async def __aenter__(self):
                await library.sleep(0)
                return 3

            async def __aexit__(self, *exc):
                await library.sleep(0)
                raise ValueError

        class OfInstance:
            def __init__(self):
                self.__aenter__ = self.__aexit__ = None

            async def __aenter__(self):
                await library.sleep(0)
                return "class"

            async def __aexit__(self, *exc):
                await library.sleep(0)

        @asynccontextmanager
        async def swallows():
            try:
                yield
            except KeyError:
                await library.sleep(0)

        async def native(factory, results):
            async with factory() as value:
                results.append(value)
                raise KeyError

        def adapted(factory, results):
            with async_context(factory()) as value:
                results.append(value)
                raise KeyError

        for factory in (NoExit, NoEnter, ThrowExit, OfInstance, swallows):
            self.same(factory, native, adapted)

    @everywhere
    def test_async_iter(self, library):
        async def arange(end=5):
            for value in range(end):
                await library.sleep(0)
                yield value

        class NoIter:
            pass

        class NoNext:
            def __aiter__(self):
                return self

        class Elsewhere:
            def __aiter__(self):
                return arange(3)

        async def native(factory, results):
            async for value in factory():
                results.append(value)

        def adapted(factory, results):
            results.extend(async_iter(factory()))

        for factory in (arange, NoIter, NoNext, Elsewhere):
            self.same(factory, native, adapted)

    def same(self, factory, native, adapted):
        """Both do the same to a list, and raise the same."""
        expected, seen = [], []
        error = error_of(lambda: await_(native(factory, expected)))
        self.assertEqual((error_of(adapted, factory, seen), seen), (error, expected))

    @everywhere
    def test_async_iter_of_a_generator(self, library):
        async def example(suppress=False):
            try:
                yield (yield 10) + 1
            except BaseException:
                await library.sleep(0)
                if not suppress:
                    raise

        def wrapped(**kwds):
            yield from async_iter(example(**kwds))

        generator = wrapped()
        self.assertEqual((next(generator), generator.send(20)), (10, 21))
        with self.assertRaisesRegex(ValueError, "hi"):
            generator.throw(ValueError("hi"))
        generator = wrapped()
        self.assertEqual(next(generator), 10)
        generator.close()
        generator = wrapped(suppress=True)
        self.assertEqual(next(generator), 10)
        with self.assertRaises(StopIteration):
            generator.throw(ValueError("lo"))
        generator = wrapped()
        self.assertEqual((next(generator), generator.send(20)), (10, 21))
        with self.assertRaises(StopIteration):
            generator.send(30)


if __name__ == "__main__":
    unittest.main()
