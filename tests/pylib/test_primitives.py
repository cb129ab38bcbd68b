# SPDX-License-Identifier: MIT OR Apache-2.0
"""Event, CapacityLimiter, memory channels, to_thread and from_thread, as Trio documents them.

Run by python3 it runs itself under greenhost, which the tests are about; GREENHOST names that.
"""

import contextvars
import math
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

try:
    import greenhost
    from greenhost import (
        BrokenResourceError,
        Cancelled,
        CancelScope,
        CapacityLimiter,
        ClosedResourceError,
        EndOfChannel,
        Event,
        WouldBlock,
        checkpoint,
        current_task,
        from_thread,
        move_on_after,
        open_memory_channel,
        open_nursery,
        spawn,
        to_thread,
    )
except ImportError:
    ROOT = Path(__file__).resolve().parents[2]
    GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
    sys.exit(subprocess.run([GREENHOST, *sys.argv]).returncode)

# Longer than any test may take: who waits so long is cancelled, or the test hangs.
LONG = 1000


def parked(*tasks):
    """Let tasks run until they wait."""
    while any(task.state != "parked" for task in tasks):
        checkpoint()


class Refused(unittest.TestCase):
    """Each of these is a checkpoint, and in a cancelled scope does nothing."""

    def test_in_a_cancelled_scope(self):
        event, limiter = Event(), CapacityLimiter(1)
        event.set()
        sender, receiver = open_memory_channel(5)
        sender.send_nowait(1)
        for wait in event.wait, limiter.acquire, lambda: sender.send(2), receiver.receive:
            with CancelScope() as scope:
                scope.cancel()
                wait()
            self.assertTrue(scope.cancelled_caught)
        self.assertEqual(limiter.borrowed_tokens, 0)
        self.assertEqual(sender.statistics().current_buffer_used, 1)

    def test_others_have_a_turn(self):
        event, limiter = Event(), CapacityLimiter(1)
        event.set()
        sender, receiver = open_memory_channel(5)
        for wait in event.wait, lambda: sender.send(2), receiver.receive:
            seen = []
            spawn(seen.append, 1)
            wait()
            self.assertEqual(seen, [1])
        limiter.acquire()

    def test_what_is_done_is_told_to_who_is_cancelled_meanwhile(self):
        sender, receiver = open_memory_channel(1)
        sender.send_nowait(1)
        got = []
        task = spawn(lambda: got.append(receiver.receive()))
        spawn(task.cancel)
        task.join()
        self.assertEqual(got, [1])


class Events(unittest.TestCase):
    def test_it_wakes_all_once(self):
        event = Event()
        tasks = [spawn(event.wait) for _ in range(3)]
        parked(*tasks)
        self.assertEqual([event.is_set(), event.statistics().tasks_waiting], [False, 3])
        event.set()
        event.set()
        for task in tasks:
            task.result()
        self.assertEqual([event.is_set(), event.statistics().tasks_waiting], [True, 0])
        event.wait()

    def test_who_is_cancelled_waits_no_more(self):
        event = Event()
        with move_on_after(0.01) as scope:
            event.wait()
        self.assertTrue(scope.cancelled_caught)
        self.assertEqual(event.statistics().tasks_waiting, 0)

    def test_set_by_a_thread(self):
        event = Event()
        thread = threading.Thread(target=event.set)
        thread.start()
        event.wait()
        thread.join()


class Limiters(unittest.TestCase):
    def test_as_many_as_there_are_tokens(self):
        limiter, most, now = CapacityLimiter(3), 0, 0

        def work():
            nonlocal most, now
            with limiter:
                now += 1
                most = max(most, now)
                time.sleep(0.001)
                now -= 1

        with open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(work)
        self.assertEqual([most, limiter.borrowed_tokens], [3, 0])

    def test_in_order(self):
        limiter, order = CapacityLimiter(1), []

        def work(n):
            with limiter:
                order.append(n)
                checkpoint()

        with open_nursery() as nursery:
            for n in range(5):
                nursery.start_soon(work, n)
        self.assertEqual(order, list(range(5)))

    def test_nobody_overtakes_who_waits(self):
        limiter = CapacityLimiter(1)
        limiter.acquire_on_behalf_of_nowait("first")
        task = spawn(limiter.acquire_on_behalf_of, "second")
        parked(task)
        limiter.release_on_behalf_of("first")
        with self.assertRaises(WouldBlock):
            limiter.acquire_nowait()
        task.result()
        self.assertEqual(limiter.statistics().borrowers, ["second"])

    def test_on_behalf_of_others(self):
        limiter = CapacityLimiter(2)
        limiter.acquire_on_behalf_of("a")
        limiter.acquire_on_behalf_of_nowait("b")
        with self.assertRaises(WouldBlock):
            limiter.acquire_on_behalf_of_nowait("c")
        self.assertEqual(limiter.available_tokens, 0)
        statistics = limiter.statistics()
        self.assertEqual(statistics.borrowers, ["a", "b"])
        self.assertEqual([statistics.borrowed_tokens, statistics.total_tokens], [2, 2])

    def test_total_tokens_can_be_changed(self):
        limiter = CapacityLimiter(1)
        limiter.acquire()
        tasks = [spawn(limiter.acquire_on_behalf_of, n) for n in range(3)]
        parked(*tasks)
        limiter.total_tokens = 3
        checkpoint()
        checkpoint()
        self.assertEqual([task.done() for task in tasks], [True, True, False])
        self.assertEqual(limiter.statistics().tasks_waiting, 1)
        limiter.total_tokens = math.inf
        tasks[2].result()
        limiter.total_tokens = 1
        self.assertEqual(limiter.available_tokens, -3)

    def test_who_is_cancelled_gets_none(self):
        limiter = CapacityLimiter(1)
        limiter.acquire()
        with move_on_after(0.01):
            limiter.acquire_on_behalf_of("other")
        limiter.release()
        self.assertEqual(limiter.borrowed_tokens, 0)
        self.assertEqual(limiter.statistics().tasks_waiting, 0)

    def test_misuse(self):
        limiter = CapacityLimiter(2)
        limiter.acquire()
        with self.assertRaisesRegex(RuntimeError, "already holding"):
            limiter.acquire()
        limiter.release()
        with self.assertRaisesRegex(RuntimeError, "isn't holding"):
            limiter.release()
        for wrong, error in ("1", TypeError), (1.5, TypeError), (0, ValueError):
            with self.assertRaises(error):
                CapacityLimiter(wrong)
            with self.assertRaises(error):
                limiter.total_tokens = wrong
        self.assertRegex(repr(limiter), "^<CapacityLimiter at 0x[0-9a-f]+, 0/2 with 0 waiting>$")


class Channels(unittest.TestCase):
    def test_values_come_out_in_order(self):
        for size in 0, 1, 3, math.inf:
            sender, receiver = open_memory_channel(size)

            def produce():
                with sender:
                    for n in range(10):
                        sender.send(n)

            with open_nursery() as nursery:
                nursery.start_soon(produce)
                self.assertEqual(list(receiver), list(range(10)))

    def test_nowait(self):
        sender, receiver = open_memory_channel(1)
        with self.assertRaises(WouldBlock):
            receiver.receive_nowait()
        sender.send_nowait(1)
        with self.assertRaises(WouldBlock):
            sender.send_nowait(2)
        self.assertEqual(receiver.receive_nowait(), 1)

    def test_a_sender_that_waits_keeps_its_place(self):
        sender, receiver = open_memory_channel(1)
        sender.send_nowait(1)
        tasks = [spawn(sender.send, n) for n in (2, 3)]
        parked(*tasks)
        self.assertEqual(sender.statistics().tasks_waiting_send, 2)
        self.assertEqual([receiver.receive_nowait() for _ in range(3)], [1, 2, 3])
        for task in tasks:
            task.result()

    def test_who_is_cancelled_sends_nothing_and_receives_nothing(self):
        sender, receiver = open_memory_channel(0)
        for wait in lambda: sender.send(1), receiver.receive:
            with move_on_after(0.01) as scope:
                wait()
            self.assertTrue(scope.cancelled_caught)
        statistics = sender.statistics()
        self.assertEqual([statistics.tasks_waiting_send, statistics.tasks_waiting_receive], [0, 0])
        with self.assertRaises(WouldBlock):
            sender.send_nowait(1)

    def test_a_value_that_comes_just_when_one_is_cancelled_is_received(self):
        sender, receiver = open_memory_channel(0)
        scope = CancelScope()
        received = []

        def receive():
            with scope:
                received.append(receiver.receive())

        task = spawn(receive)
        parked(task)
        # As another thread that sends would, have the channel while the receiver gives up.
        with sender._state.guard:
            scope.cancel()
            checkpoint()
            parked(task)
            sender._put(1)
        task.result()
        self.assertEqual(received, [1])

    def test_the_senders_close(self):
        sender, receiver = open_memory_channel(2)
        sender.send_nowait(1)
        task = spawn(lambda: list(receiver))
        parked(task)
        sender.close()
        sender.close()
        self.assertEqual(task.result(), [1])
        with self.assertRaises(EndOfChannel):
            receiver.receive()
        with self.assertRaises(EndOfChannel):
            receiver.receive_nowait()
        with self.assertRaises(ClosedResourceError):
            sender.send(2)

    def test_the_receivers_close(self):
        sender, receiver = open_memory_channel(0)
        task = spawn(sender.send, 1)
        parked(task)
        receiver.close()
        self.assertIsInstance(task.exception(), BrokenResourceError)
        with self.assertRaises(BrokenResourceError):
            sender.send_nowait(1)
        with self.assertRaises(ClosedResourceError):
            receiver.receive()

    def test_an_end_is_closed_under_who_waits_there(self):
        sender, receiver = open_memory_channel(0)
        other = receiver.clone()
        tasks = [spawn(receiver.receive), spawn(other.receive)]
        parked(*tasks)
        receiver.close()
        self.assertIsInstance(tasks[0].exception(), ClosedResourceError)
        sender.send(1)
        self.assertEqual(tasks[1].result(), 1)
        task = spawn(sender.send, 1)
        parked(task)
        sender.close()
        self.assertIsInstance(task.exception(), ClosedResourceError)

    def test_clones(self):
        sender, receiver = open_memory_channel(5)
        with sender.clone() as first, sender:
            first.send(1)
            self.assertEqual(first.statistics().open_send_channels, 2)
        with receiver.clone() as second:
            self.assertEqual(second.receive(), 1)
        with self.assertRaises(EndOfChannel):
            receiver.receive()
        for end in sender, second:
            with self.assertRaises(ClosedResourceError):
                end.clone()

    def test_statistics(self):
        sender, receiver = open_memory_channel(3)
        sender.send_nowait(1)
        self.assertEqual(tuple(receiver.statistics()), (1, 3, 1, 1, 0, 0))
        self.assertRegex(repr(sender), "^<MemorySendChannel at 0x.*, using buffer at 0x")

    def test_values_from_a_thread(self):
        sender, receiver = open_memory_channel(math.inf)

        def produce():
            with sender:
                for n in range(1000):
                    sender.send_nowait(n)

        thread = threading.Thread(target=produce)
        thread.start()
        self.assertEqual(list(receiver), list(range(1000)))
        thread.join()

    def test_sizes_that_are_none(self):
        for wrong, error in ("1", TypeError), (1.5, TypeError), (-1, ValueError):
            with self.assertRaises(error):
                open_memory_channel(wrong)


class Threads(unittest.TestCase):
    def test_a_call(self):
        variable = contextvars.ContextVar("variable")
        variable.set("value")

        def work(x):
            return x, threading.get_ident(), threading.current_thread().name, variable.get()

        x, ident, name, value = to_thread.run_sync(work, 3, thread_name="worker")
        self.assertEqual([x, name, value], [3, "worker", "value"])
        self.assertNotEqual(ident, threading.get_ident())
        with self.assertRaises(ValueError):
            to_thread.run_sync(int, "x")

    def test_it_blocks_nobody_else(self):
        reader, writer = os.pipe()
        task = spawn(to_thread.run_sync, os.read, reader, 1)
        checkpoint()
        os.write(writer, b"x")
        self.assertEqual(task.result(), b"x")

    def test_the_limit(self):
        limiter, most, now = CapacityLimiter(2), 0, 0

        def work():
            nonlocal most, now
            now += 1
            most = max(most, now)
            time.sleep(0.005)
            now -= 1

        with open_nursery() as nursery:
            for _ in range(6):
                nursery.start_soon(lambda: to_thread.run_sync(work, limiter=limiter))
        self.assertEqual([most, limiter.borrowed_tokens], [2, 0])
        self.assertEqual(to_thread.current_default_thread_limiter().total_tokens, 40)

    def test_who_is_cancelled_waits_for_the_thread(self):
        go = threading.Event()
        with CancelScope() as scope:
            spawn(scope.cancel)
            spawn(go.set)
            to_thread.run_sync(go.wait)
            done = True
            checkpoint()
        self.assertTrue(done and scope.cancelled_caught)

    def test_task_cancel_waits_for_the_thread(self):
        go, done = threading.Event(), []

        def work():
            go.wait()
            done.append(1)

        task = spawn(to_thread.run_sync, work)
        parked(task)
        task.cancel()
        checkpoint()
        self.assertFalse(task.done())
        go.set()
        self.assertIsInstance(task.exception(), Cancelled)
        self.assertEqual(done, [1])

    def test_the_thread_is_abandoned(self):
        begun, limiter = greenhost.Promise(), CapacityLimiter(1)
        go, said = threading.Event(), threading.Event()

        def work():
            begun.set_result(None)
            go.wait()
            try:
                from_thread.run_sync(checkpoint)
            except Cancelled:
                said.set()

        with CancelScope() as scope:
            spawn(lambda: begun.join() and scope.cancel())
            to_thread.run_sync(work, abandon_on_cancel=True, limiter=limiter)
        self.assertTrue(scope.cancelled_caught)
        self.assertEqual(limiter.borrowed_tokens, 1)
        go.set()
        limiter.acquire()
        self.assertTrue(said.is_set())

    def test_in_a_cancelled_scope_no_thread_begins(self):
        began = []
        with CancelScope() as scope:
            scope.cancel()
            to_thread.run_sync(began.append, 1)
        self.assertEqual(began, [])

    def test_keyboard_interrupt_comes_after_the_thread(self):
        go = threading.Event()
        spawn(os.kill, os.getpid(), signal.SIGINT)
        spawn(go.set)
        with self.assertRaises(KeyboardInterrupt):
            to_thread.run_sync(go.wait)
        self.assertTrue(go.is_set())


class BackFromThreads(unittest.TestCase):
    def test_a_function_in_the_task(self):
        def work():
            return from_thread.run_sync(current_task), from_thread.run_sync(threading.get_ident)

        self.assertEqual(to_thread.run_sync(work), (current_task(), threading.get_ident()))

    def test_it_may_block(self):
        seen = []

        def work():
            for n in range(3):
                from_thread.run_sync(lambda: (time.sleep(0.001), seen.append(n)))
            return len(seen)

        self.assertEqual(to_thread.run_sync(work), 3)

    def test_an_async_function(self):
        async def answer(x):
            await greenhost.ops.sleep(0)
            return x + 1

        self.assertEqual(to_thread.run_sync(lambda: from_thread.run(answer, 41)), 42)

    def test_an_exception(self):
        def work():
            try:
                from_thread.run_sync(int, "x")
            except ValueError:
                return "caught"

        self.assertEqual(to_thread.run_sync(work), "caught")

    def test_it_is_cancelled_with_the_task(self):
        def work():
            from_thread.run_sync(time.sleep, LONG)

        with move_on_after(0.01) as scope:
            to_thread.run_sync(work)
        self.assertTrue(scope.cancelled_caught)

    def test_anywhere_else(self):
        errors = []

        def use():
            try:
                from_thread.run_sync(checkpoint)
            except RuntimeError as error:
                errors.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        use()
        self.assertEqual(len(errors), 2)


if __name__ == "__main__":
    unittest.main()
