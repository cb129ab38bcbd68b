# SPDX-License-Identifier: MIT OR Apache-2.0
"""await_() in plain tasks, through the host's own loops; and outcomes awaited in asyncio and Trio."""

import asyncio
import contextvars
import inspect
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from contextlib import asynccontextmanager

from support import Asyncio, Trio, both

import anyio
import greenhost
import trio
from greenhost._loop import running
from greenhost import Promise, async_context, async_iter, asyncio_loop, await_, spawn, trio_loop

variable = contextvars.ContextVar("variable", default=0)


def both_loops(test):
    """A synchronous test, run once with each of the host's loops."""

    def run(self):
        for library, block in ((Asyncio, asyncio_loop), (Trio, trio_loop)):
            with self.subTest(library=library.name), block():
                test(self, library)

    return run


class Outcomes(unittest.TestCase):
    """A Task, a Promise or an Operation in a task of asyncio or Trio."""

    async def while_others_tick(self, library, outcome, settle, wait):
        ticks = []

        async def ticker():
            for number in range(3):
                await library.sleep(0)
                ticks.append(number)
            settle()

        async def waiter():
            ticks.append(await wait(outcome))

        await library.gather(waiter, ticker)
        self.assertEqual(ticks, [0, 1, 2, 7])

    @both
    async def test_await(self, library):
        async def plainly(outcome):
            return await outcome

        async def through_the_portal(outcome):
            await greenhost.ensure_portal()
            return await_(outcome)

        def in_a_thread(function):
            thread = threading.Thread(target=function)
            return thread.start

        for wait in (plainly, through_the_portal):
            promise = Promise()
            await self.while_others_tick(library, promise, lambda: promise.set_result(7), wait)
            promise = Promise()
            settle = in_a_thread(lambda: promise.set_result(7))
            await self.while_others_tick(library, promise, settle, wait)
            gate = Promise()
            task = spawn(gate.result)
            await self.while_others_tick(library, task, lambda: gate.set_result(7), wait)

    @both
    async def test_settled_already_and_failed(self, library):
        promise = Promise()
        promise.set_exception(ValueError("seen"))
        with self.assertRaisesRegex(ValueError, "seen"):
            await promise
        self.assertIsNone(await greenhost.ops.sleep(0.001))
        self.assertEqual(await greenhost.ops.work(lambda: 7), 7)

    @both
    async def test_cancelled(self, library):
        promise, begun = Promise(), library.Event()

        async def wait():
            begun.set()
            await promise

        self.assertTrue(await library.cancel_once(begun, wait))
        promise.set_result(7)
        self.assertEqual(await promise, 7)
        await library.sleep(0)

    def test_in_a_loop_of_a_thread(self):
        promise, results = Promise(), []

        async def wait():
            results.append(await promise)

        threads = [threading.Thread(target=run) for run in (lambda: asyncio.run(wait()),)]
        threads.append(threading.Thread(target=trio.run, args=[wait]))
        for thread in threads:
            thread.start()
        greenhost.ops.sleep(0.01).result()
        promise.set_result(7)
        for thread in threads:
            thread.join()
        self.assertEqual(results, [7, 7])


class PlainTasks(unittest.TestCase):
    """await_() where no loop runs."""

    @both_loops
    def test_side_by_side(self, library):
        async def work(number):
            await library.sleep(0.001)
            return number

        tasks = [spawn(await_, work(number)) for number in range(20)]
        self.assertEqual([task.result() for task in tasks], list(range(20)))

    @both_loops
    def test_context_is_the_callers(self, library):
        async def work():
            self.assertEqual(variable.get(), 1)
            await library.sleep(0)
            variable.set(2)

        def run():
            variable.set(1)
            await_(work())
            self.assertEqual(variable.get(), 2)
            context = contextvars.copy_context()
            context.run(variable.set, 1)
            context.run(await_, work())
            self.assertEqual((variable.get(), context[variable]), (2, 2))
            variable.set(1)
            await_(work())
            self.assertEqual(variable.get(), 2)

        spawn(run).result()
        self.assertEqual(variable.get(), 0)

    @both_loops
    def test_errors_cross_with_their_traceback(self, library):
        async def failing():
            await library.sleep(0)
            raise error

        for error in (ValueError("seen"), KeyboardInterrupt(), SystemExit(3)):
            with self.assertRaises(type(error)) as caught:
                await_(failing())
            self.assertIs(caught.exception, error)
        await_(library.sleep(0))

    @both_loops
    def test_cancelled_caller_waits_for_the_end(self, library):
        events = []

        async def work():
            started.set_result(None)
            try:
                await library.sleep(60)
            finally:
                await library.sleep(0)
                events.append("cleaned up")

        def run():
            try:
                await_(work())
            except greenhost.Cancelled:
                events.append("cancelled")
                await_(library.sleep(0))
                raise

        started = Promise()
        task = spawn(run)
        started.result()
        task.cancel()
        self.assertIsInstance(task.exception(), greenhost.Cancelled)
        self.assertEqual(events, ["cleaned up", "cancelled"])

    @both_loops
    def test_time_limit(self, library):
        with greenhost.move_on_after(0.01) as scope:
            await_(library.sleep(60))
        self.assertTrue(scope.cancelled_caught)
        await_(library.sleep(0))

    @both_loops
    def test_error_while_cancelled(self, library):
        async def work():
            started.set_result(None)
            try:
                await library.sleep(60)
            finally:
                raise ValueError("in finally")

        def run():
            with scope:
                await_(work())

        started, scope = Promise(), greenhost.CancelScope()
        task = spawn(run)
        started.result()
        scope.cancel()
        with self.assertRaisesRegex(ValueError, "in finally"):
            task.result()

    def test_cancelled_on_the_way_to_the_loop(self):
        """A lock of Trio's is there, which may be taken: what has not begun must not begin later."""

        def run(before):
            with trio_loop():
                for awaitable in before:
                    await_(awaitable)
                arrived.set_result(None)
                locked.result()
                await_(coroutine)

        trio_loop().await_(trio.sleep(0))
        lock = running["trio loop"].token._reentry_queue.lock
        for before in ([], [trio.sleep(0)]):
            arrived, locked, coroutine = Promise(), Promise(), trio.sleep(0)
            task = spawn(run, before)
            arrived.result()
            with lock:
                locked.set_result(None)
                while task.state != "parked":
                    greenhost.checkpoint()
                task.cancel()
            self.assertIsInstance(task.exception(), greenhost.Cancelled)
            self.assertEqual(inspect.getcoroutinestate(coroutine), inspect.CORO_CLOSED)

    @both_loops
    def test_generators_and_context_managers(self, library):
        tasks = set()

        async def numbers():
            for number in range(3):
                await library.sleep(0)
                tasks.add(library.current_task())
                yield number

        @asynccontextmanager
        async def manager():
            tasks.add(library.current_task())
            yield "value"
            await library.sleep(0)

        with async_context(manager()) as value:
            self.assertEqual((value, list(async_iter(numbers()))), ("value", [0, 1, 2]))
        self.assertEqual(len(tasks), 1)

    @both_loops
    def test_sync_inside(self, library):
        async def outer():
            return await_(inner())

        async def inner():
            await library.sleep(0)
            return 7

        self.assertEqual(await_(outer()), 7)

    @both_loops
    def test_anyio(self, library):
        async def work():
            results = []
            async with anyio.create_task_group() as group:
                for number in range(3):
                    group.start_soon(child, number, results)
            with anyio.move_on_after(0.001) as scope:
                await anyio.sleep(60)
            return sorted(results), scope.cancel_called

        async def child(number, results):
            await anyio.sleep(0)
            results.append((number, await anyio.to_thread.run_sync(lambda: 7)))

        self.assertEqual(await_(work()), ([(0, 7), (1, 7), (2, 7)], True))

    def test_what_stays_open_between_calls(self):
        async def limit(seconds):
            return asyncio.timeout(seconds)

        with self.assertRaises(TimeoutError), async_context(await_(limit(0.01))):
            await_(asyncio.sleep(60))
        with self.assertRaises(TimeoutError), async_context(await_(limit(0.01))):
            time.sleep(0.05)
            await_(asyncio.sleep(60))
        await_(asyncio.sleep(0))

        async def child():
            await trio.sleep(0)
            seen.append("child")

        async def start(nursery):
            nursery.start_soon(child)

        async def open_nursery():
            return trio.open_nursery()

        seen = []
        with trio_loop(), async_context(await_(open_nursery())) as nursery:
            await_(start(nursery))
        self.assertEqual(seen, ["child"])

    def test_waking_the_loop_from_outside(self):
        async def make():
            return asyncio.Event()

        event = await_(make())
        waiter = spawn(await_, event.wait())
        greenhost.checkpoint()
        event.set()
        self.assertTrue(waiter.result())

    def give_way_in(self, owner, name):
        """Have whoever calls that method the next time give way to this task, in the midst of it."""
        method = getattr(owner, name)

        def call(*args, **kwds):
            delattr(owner, name)
            signal.raise_signal(signal.SIGUSR1)
            return method(*args, **kwds)

        self.addCleanup(
            signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, lambda *_: None)
        )
        setattr(owner, name, call)

    def test_a_job_that_comes_while_the_servant_looks_for_one(self):
        async def loop():
            return asyncio.get_running_loop()

        self.give_way_in(await_(loop()), "create_future")
        with greenhost.fail_after(20):
            await_(asyncio.sleep(0))
            await_(asyncio.sleep(0))

    def test_a_timer_that_is_set_while_the_loop_looks_for_one(self):
        async def loop():
            return asyncio.get_running_loop()

        host, fired = await_(loop()), Promise()
        self.give_way_in(host._selector, "get_map")
        with greenhost.fail_after(20):
            await_(asyncio.sleep(0))
            host.call_later(0.01, fired.set_result, None)
            fired.result()

    def test_other_names_and_blocks(self):
        async def loop():
            return asyncio.get_running_loop()

        first, second = asyncio_loop("first"), asyncio_loop("second")
        with first:
            self.assertIs(await_(loop()), first.await_(loop()))
            inherited = spawn(await_, loop())
            with second:
                self.assertIs(await_(loop()), second.await_(loop()))
            self.assertIs(inherited.result(), await_(loop()))
        self.assertEqual(len({await_(loop()), first.await_(loop()), second.await_(loop())}), 3)

    def test_callback_of_the_loop_itself(self):
        async def work():
            future = asyncio.get_running_loop().create_future()

            def callback():
                try:
                    await_(asyncio.sleep(0))
                except RuntimeError as error:
                    future.set_result(str(error))

            asyncio.get_running_loop().call_soon(callback)
            return await future

        self.assertIn("in a callback of the event loop", await_(work()))

    def test_fork(self):
        async def work():
            await asyncio.sleep(0.001)
            return 7

        self.assertEqual(await_(work()), 7)
        child = os.fork()
        if child == 0:
            os._exit(await_(work()))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)
        self.assertEqual(await_(work()), 7)

    def test_fork_while_the_way_to_the_loop_is_locked(self):
        """The child's loop is none, so it does not say there that the other tasks have gone."""

        def wait():
            trio_loop().await_(trio.sleep(0))
            arrived.set_result(None)
            end.result()

        def fork():
            pid = os.fork()
            if pid == 0:
                os._exit(0)
            return pid

        arrived, end = Promise(), Promise()
        task = spawn(wait)
        arrived.result()
        with running["trio loop"].token._reentry_queue.lock:
            pid = spawn(fork).result()
            with greenhost.fail_after(20):
                self.assertEqual(os.waitpid(pid, 0), (pid, 0))
        end.set_result(None)
        task.result()


class Ends(unittest.TestCase):
    """How a program that has used a loop ends."""

    maxDiff = None

    def run_alone(self, code):
        code = "import asyncio, greenhost, trio\nfrom greenhost import await_\n" + code
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_in_order(self):
        code = """
async def numbers():
    try:
        yield 1
    finally:
        print("generator closed")
async def forever():
    try:
        await asyncio.sleep(3600)
    finally:
        print("leftover cancelled")
async def main():
    global kept, task
    kept = numbers()
    task = asyncio.create_task(forever())
    await kept.__anext__()
    await asyncio.sleep(0)
    await asyncio.get_running_loop().run_in_executor(None, int)
await_(main())
with greenhost.trio_loop():
    await_(trio.sleep(0))
"""
        self.assertEqual(self.run_alone(code), (0, "leftover cancelled\ngenerator closed\n", ""))

    def test_with_a_task_that_waits(self):
        code = """
def wait():
    try:
        await_(sleep())
    finally:
        print("ended")
async def sleep():
    started.set_result(None)
    await asyncio.sleep(3600)
started = greenhost.Promise()
greenhost.spawn(wait)
started.result()
"""
        code, out, err = self.run_alone(code)
        self.assertEqual((code, out), (0, "ended\n"))
        self.assertRegex(
            err, r"\Agreenhost: 1 task was still alive at exit[^\n]*\n  task[^\n]*\n\Z"
        )

    def test_all_stuck(self):
        code, out, err = self.run_alone("await_(asyncio.Event().wait())")
        self.assertEqual((code, out), (70, ""))
        self.assertIn("all tasks are stuck", err)


if __name__ == "__main__":
    unittest.main()
