# SPDX-License-Identifier: MIT OR Apache-2.0
"""Nurseries, each behaviour that Trio documents of them.

Run by python3 it runs itself under greenhost, which the tests are about; GREENHOST names that.
"""

import contextvars
import gc
import os
import signal
import subprocess
import sys
import time
import unittest
import weakref
from pathlib import Path

try:
    import greenhost
    from greenhost import (
        Cancelled,
        CancelScope,
        checkpoint,
        current_task,
        move_on_after,
        open_nursery,
        spawn,
    )
except ImportError:
    ROOT = Path(__file__).resolve().parents[2]
    GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
    sys.exit(subprocess.run([GREENHOST, *sys.argv]).returncode)

# Longer than any test may take: who sleeps so long is cancelled, or the test hangs.
LONG = 1000


def fail(error=KeyError, after=0):
    for _ in range(after):
        checkpoint()
    raise error


def kinds(group):
    """The types in a group of exceptions, nested as that is."""
    if isinstance(group, BaseExceptionGroup):
        return [kinds(error) for error in group.exceptions]
    return type(group)


class Children(unittest.TestCase):
    def test_the_block_ends_when_they_all_have(self):
        done = []

        def work(n):
            for _ in range(n):
                checkpoint()
            done.append(n)

        with open_nursery() as nursery:
            for n in 3, 1, 2:
                nursery.start_soon(work, n)
            self.assertEqual(done, [])
        self.assertEqual(done, [1, 2, 3])

    def test_they_are_outside_tasks(self):
        tasks = []
        with open_nursery() as nursery:
            nursery.start_soon(lambda: tasks.append(current_task()), name="child")
            nursery.start_soon(lambda: tasks.append(current_task()))
        self.assertEqual(tasks[0].name, "child")
        self.assertNotIn(current_task(), tasks)

    def test_attributes(self):
        with open_nursery() as nursery:
            self.assertIs(nursery.parent_task, current_task())
            self.assertIsInstance(nursery.cancel_scope, CancelScope)
            self.assertEqual(nursery.child_tasks, frozenset())
            nursery.start_soon(time.sleep, LONG)
            (child,) = nursery.child_tasks
            self.assertIsInstance(child, greenhost.Task)
            nursery.cancel_scope.cancel()
        self.assertEqual(nursery.child_tasks, frozenset())
        self.assertTrue(nursery.cancel_scope.cancelled_caught)

    def test_a_child_starts_another(self):
        done = []

        def first(nursery):
            checkpoint()
            nursery.start_soon(done.append, 1)

        with open_nursery() as nursery:
            nursery.start_soon(first, nursery)
        self.assertEqual(done, [1])

    def test_another_task_starts_one(self):
        done = []
        with open_nursery() as nursery:
            spawn(nursery.start_soon, done.append, 1).join()
        self.assertEqual(done, [1])

    def test_contextvars_are_the_callers(self):
        variable = contextvars.ContextVar("variable", default=0)
        seen = []
        with open_nursery() as nursery:
            variable.set(1)
            nursery.start_soon(lambda: seen.append(variable.get()))
            variable.set(2)
        self.assertEqual(seen, [1])

    def test_an_empty_one_is_a_checkpoint(self):
        seen = []
        spawn(seen.append, 1)
        with open_nursery():
            pass
        self.assertEqual(seen, [1])
        with CancelScope() as scope:
            scope.cancel()
            with open_nursery():
                pass
        self.assertTrue(scope.cancelled_caught)

    def test_ten_thousand(self):
        with open_nursery() as nursery:
            for _ in range(10_000):
                nursery.start_soon(checkpoint)
            self.assertEqual(len(nursery.child_tasks), 10_000)

    def test_a_result_is_kept_by_the_task(self):
        with open_nursery() as nursery:
            nursery.start_soon(lambda: 42)
            (child,) = nursery.child_tasks
        self.assertEqual(child.result(), 42)


class Failures(unittest.TestCase):
    def run_block(self, *functions, body=lambda: None):
        """The types of exceptions that a nursery of these raises, and how long it took."""
        with self.assertRaises(BaseExceptionGroup) as caught, open_nursery() as nursery:
            for function in functions:
                nursery.start_soon(function)
            body()
        return kinds(caught.exception)

    def test_a_child(self):
        self.assertEqual(self.run_block(fail), [KeyError])

    def test_a_child_takes_the_others_and_the_block_along(self):
        def wait():
            time.sleep(LONG)

        self.assertEqual(self.run_block(wait, fail, wait, body=wait), [KeyError])

    def test_the_block_takes_the_children_along(self):
        self.assertEqual(self.run_block(lambda: time.sleep(LONG), body=fail), [KeyError])

    def test_several(self):
        found = self.run_block(fail, lambda: fail(ValueError), body=lambda: fail(OSError))
        self.assertEqual(found, [OSError, KeyError, ValueError])

    def test_one_that_fails_while_it_is_cancelled(self):
        def stubborn():
            try:
                time.sleep(LONG)
            finally:
                raise ValueError

        self.assertEqual(self.run_block(stubborn, fail), [KeyError, ValueError])

    def test_nested(self):
        def inner():
            with open_nursery() as nursery:
                nursery.start_soon(fail)
                nursery.start_soon(time.sleep, LONG)

        self.assertEqual(self.run_block(inner), [[KeyError]])

    def test_no_exceptions_but_exits(self):
        self.assertEqual(self.run_block(lambda: fail(SystemExit)), [SystemExit])

    def test_the_kind_of_group(self):
        with self.assertRaises(ExceptionGroup), open_nursery():
            raise KeyError
        with self.assertRaises(BaseExceptionGroup) as caught, open_nursery():
            raise KeyboardInterrupt
        self.assertNotIsInstance(caught.exception, ExceptionGroup)

    def test_no_context_and_the_tracebacks_of_the_children(self):
        with self.assertRaises(ExceptionGroup) as caught, open_nursery() as nursery:
            nursery.start_soon(fail)
        (error,) = caught.exception.exceptions
        self.assertIsNone(caught.exception.__context__)
        self.assertEqual(error.__traceback__.tb_frame.f_code.co_name, "fail")

    def test_nothing_is_said_of_it_elsewhere(self):
        program = (
            "import greenhost\n"
            "try:\n"
            "    with greenhost.open_nursery() as nursery: nursery.start_soon(int, 'x')\n"
            "except* ValueError: print('caught')\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertEqual([done.stdout, done.stderr], ["caught\n", ""])


class Cancelling(unittest.TestCase):
    def test_its_scope(self):
        with open_nursery() as nursery:
            nursery.start_soon(time.sleep, LONG)
            nursery.cancel_scope.cancel()
        self.assertTrue(nursery.cancel_scope.cancelled_caught)

    def test_a_scope_around_it(self):
        with move_on_after(0.01) as scope, open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(time.sleep, LONG)
        self.assertTrue(scope.cancelled_caught)
        self.assertFalse(nursery.cancel_scope.cancelled_caught)

    def test_a_scope_that_the_caller_of_start_soon_is_in_does_not_count(self):
        def start(nursery):
            with CancelScope() as scope:
                scope.cancel()
                nursery.start_soon(done.append, 1)
                nursery.start_soon(checkpoint)

        done = []
        with open_nursery() as nursery:
            nursery.start_soon(start, nursery)
        self.assertEqual(done, [1])
        self.assertFalse(nursery.cancel_scope.cancelled_caught)

    def test_a_shield_around_it(self):
        with CancelScope() as outer:
            outer.cancel()
            with CancelScope(shield=True), open_nursery() as nursery:
                nursery.start_soon(checkpoint)
            done = True
        self.assertTrue(done)

    def test_a_shield_on_it(self):
        seen = []
        with CancelScope() as outer, open_nursery() as nursery:
            nursery.cancel_scope.shield = True
            outer.cancel()
            nursery.start_soon(lambda: seen.append(checkpoint()))
        self.assertEqual(seen, [None])

    def test_it_waits_for_those_who_take_their_time(self):
        def slow():
            try:
                time.sleep(LONG)
            finally:
                with CancelScope(shield=True):
                    time.sleep(0.01)
                done.append(1)

        done = []
        with open_nursery() as nursery:
            nursery.start_soon(slow)
            checkpoint()
            nursery.cancel_scope.cancel()
        self.assertEqual(done, [1])

    def test_the_parent_is_cancelled_by_itself(self):
        def parent():
            with open_nursery() as nursery:
                nursery.start_soon(child)

        def child():
            try:
                time.sleep(LONG)
            except Cancelled as error:
                seen.append(error.scope is not None)
                raise

        seen = []
        task = spawn(parent)
        checkpoint()
        checkpoint()
        task.cancel()
        self.assertIs(type(task.exception()), type(Cancelled()))
        self.assertIsNone(task.exception().scope)
        self.assertEqual(seen, [True])

    def test_one_child_is_cancelled_by_itself(self):
        seen = []
        with open_nursery() as nursery:
            nursery.start_soon(time.sleep, LONG)
            nursery.start_soon(lambda: seen.append(time.sleep(0.02)))
            (first, *_) = sorted(nursery.child_tasks, key=lambda task: int(task.name[5:]))
            checkpoint()
            first.cancel()
        self.assertEqual(seen, [None])
        self.assertIsInstance(first.exception(), Cancelled)

    def test_keyboard_interrupt_at_the_end_of_the_block(self):
        with self.assertRaises(BaseExceptionGroup) as caught, open_nursery() as nursery:
            nursery.start_soon(time.sleep, LONG)
            spawn(os.kill, os.getpid(), signal.SIGINT)
        self.assertEqual(kinds(caught.exception), [KeyboardInterrupt])

    def test_a_signal_that_is_handled_does_not_end_it(self):
        seen = []
        old = signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
        self.addCleanup(signal.signal, signal.SIGUSR1, old)
        with open_nursery() as nursery:
            nursery.start_soon(time.sleep, 0.01)
            nursery.start_soon(os.kill, os.getpid(), signal.SIGUSR1)
        self.assertEqual(seen, [1])


class Starting(unittest.TestCase):
    def test_a_value(self):
        def serve(port, *, task_status=greenhost.TASK_STATUS_IGNORED):
            checkpoint()
            task_status.started(port + 1)
            time.sleep(LONG)

        with open_nursery() as nursery:
            self.assertEqual(nursery.start(serve, 80, name="server"), 81)
            (child,) = nursery.child_tasks
            self.assertEqual(child.name, "server")
            nursery.cancel_scope.cancel()

    def test_no_value(self):
        def serve(task_status):
            task_status.started()

        with open_nursery() as nursery:
            self.assertIsNone(nursery.start(serve))

    def test_called_without_start(self):
        greenhost.TASK_STATUS_IGNORED.started(1)
        self.assertEqual(repr(greenhost.TASK_STATUS_IGNORED), "TASK_STATUS_IGNORED")

    def test_an_exception_before_it_has_started_is_the_callers(self):
        with open_nursery() as nursery:
            with self.assertRaises(KeyError):
                nursery.start(lambda task_status: fail())
            nursery.start_soon(checkpoint)

    def test_an_exception_after_it_has_started_is_the_nurserys(self):
        def serve(task_status):
            task_status.started()
            raise KeyError

        with self.assertRaises(ExceptionGroup) as caught, open_nursery() as nursery:
            nursery.start(serve)
            time.sleep(LONG)
        self.assertEqual(kinds(caught.exception), [KeyError])

    def test_it_never_says_so(self):
        with open_nursery() as nursery:
            with self.assertRaisesRegex(RuntimeError, "without calling task_status.started"):
                nursery.start(lambda task_status: None)

    def test_it_says_so_twice(self):
        def serve(task_status):
            task_status.started()
            task_status.started()

        with self.assertRaises(ExceptionGroup) as caught, open_nursery() as nursery:
            nursery.start(serve)
        self.assertEqual(kinds(caught.exception), [RuntimeError])

    def test_the_caller_is_cancelled(self):
        def serve(task_status):
            try:
                time.sleep(LONG)
            finally:
                seen.append("ended")

        seen = []
        with open_nursery() as nursery:
            with move_on_after(0.01) as scope:
                nursery.start(serve)
            self.assertTrue(scope.cancelled_caught)
            self.assertEqual(seen, ["ended"])

    def test_it_moves_with_its_scopes(self):
        def serve(task_status):
            with CancelScope() as inner, open_nursery() as own:
                own.start_soon(time.sleep, LONG)
                task_status.started(inner)
                time.sleep(LONG)

        with CancelScope() as scope, open_nursery() as nursery:
            with CancelScope() as callers:
                nursery.start(serve)
            callers.cancel()
            checkpoint()
            self.assertEqual(len(nursery.child_tasks), 1)
            scope.cancel()
        self.assertTrue(scope.cancelled_caught)

    def test_it_says_so_when_it_is_cancelled_already(self):
        def serve(task_status):
            try:
                time.sleep(LONG)
            finally:
                task_status.started()

        with open_nursery() as nursery:
            with move_on_after(0.01):
                nursery.start(serve)
        self.assertFalse(nursery.cancel_scope.cancelled_caught)

    def test_in_a_nursery_of_which_the_block_has_ended(self):
        def serve(task_status):
            checkpoint()
            task_status.started()
            done.append(1)

        done = []
        with open_nursery() as nursery:
            nursery.start_soon(nursery.start, serve)
        self.assertEqual(done, [1])


class Misuse(unittest.TestCase):
    def test_closed(self):
        with open_nursery() as nursery:
            pass
        for attempt in nursery.start_soon, nursery.start:
            with self.assertRaisesRegex(RuntimeError, "closed to new arrivals"):
                attempt(checkpoint)

    def test_not_entered(self):
        with self.assertRaisesRegex(RuntimeError, "closed to new arrivals"):
            open_nursery().start_soon(checkpoint)

    def test_entered_twice(self):
        with open_nursery() as nursery:
            with self.assertRaisesRegex(RuntimeError, "single 'with' block"), nursery:
                pass

    def test_left_twice_or_by_another(self):
        with open_nursery() as nursery:
            with self.assertRaisesRegex(RuntimeError, "by the task that entered it"):
                spawn(nursery.__exit__, None, None, None).result()
        with self.assertRaisesRegex(RuntimeError, "only be left once"):
            nursery.__exit__(None, None, None)

    def test_what_is_no_function(self):
        with open_nursery() as nursery:
            for wrong in (), (3,):
                with self.assertRaisesRegex(TypeError, r"start_soon\(\) needs a callable"):
                    nursery.start_soon(*wrong)
            with self.assertRaises(TypeError):
                nursery.start_soon(checkpoint, name=3)

    def test_from_a_thread(self):
        errors = []

        def use(nursery):
            try:
                nursery.start_soon(checkpoint)
            except RuntimeError as error:
                errors.append(error)

        with open_nursery() as nursery:
            greenhost.os_thread(use, nursery).join()
        self.assertEqual(len(errors), 1)

    def test_a_scope_inside_is_not_left(self):
        with self.assertRaises(RuntimeError), open_nursery() as nursery:
            nursery.start_soon(checkpoint)
            CancelScope().__enter__()


class Objects(unittest.TestCase):
    def test_nothing_is_left(self):
        gone = []
        with open_nursery() as nursery:
            nursery.start_soon(checkpoint)
            gone += [weakref.ref(task) for task in nursery.child_tasks]
        del nursery
        checkpoint()
        gc.collect()
        self.assertEqual([ref() for ref in gone], [None])

    def test_a_parent_that_waits_says_so(self):
        def parent():
            with open_nursery() as nursery:
                nursery.start_soon(time.sleep, LONG)

        task = spawn(parent)
        while "parked" not in repr(task):
            checkpoint()
        self.assertIn("parked in open_nursery, for the tasks in it", repr(task))
        task.cancel()
        task.join()


if __name__ == "__main__":
    unittest.main()
