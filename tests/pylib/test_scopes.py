# SPDX-License-Identifier: MIT OR Apache-2.0
"""Cancel scopes and time limits, each behaviour that Trio documents of them.

Run by python3 it runs itself under greenhost, which the tests are about; GREENHOST names that.
"""

import gc
import math
import os
import queue
import subprocess
import sys
import time
import unittest
import weakref
from pathlib import Path

try:
    import greenhost
    from greenhost import Cancelled, CancelScope, checkpoint, fail_after, move_on_after
except ImportError:
    ROOT = Path(__file__).resolve().parents[2]
    GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
    sys.exit(subprocess.run([GREENHOST, *sys.argv]).returncode)

# Longer than any test may take: who sleeps so long is cancelled, or the test hangs.
LONG = 1000


def cancelled_here():
    """Whether a call that blocks raises Cancelled."""
    try:
        checkpoint()
    except Cancelled:
        return True
    return False


class Cancelling(unittest.TestCase):
    def test_a_block_that_is_cancelled_is_left(self):
        with CancelScope() as scope:
            scope.cancel()
            time.sleep(LONG)
            self.fail("went on")
        self.assertTrue(scope.cancel_called and scope.cancelled_caught)

    def test_a_block_that_does_not_wait_is_not(self):
        with CancelScope() as scope:
            scope.cancel()
        self.assertEqual([scope.cancel_called, scope.cancelled_caught], [True, False])

    def test_each_wait_is_refused_for_as_long_as_the_scope_is_entered(self):
        with CancelScope() as scope:
            scope.cancel()
            seen = [cancelled_here() for _ in range(3)]
        self.assertEqual(seen + [cancelled_here()], [True, True, True, False])

    def test_the_exception_names_its_scope(self):
        with CancelScope() as outer, CancelScope():
            outer.cancel()
            try:
                time.sleep(LONG)
            except Cancelled as error:
                self.assertIs(error.scope, outer)
        task = greenhost.spawn(time.sleep, LONG)
        checkpoint()
        task.cancel()
        self.assertIsNone(task.exception().scope)

    def test_cancelled_before_it_is_entered(self):
        scope = CancelScope()
        scope.cancel()
        with scope:
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)

    def test_by_another_task(self):
        scope = CancelScope()
        greenhost.spawn(scope.cancel)
        with scope:
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)

    def test_a_task_that_was_spawned_inside_is_outside(self):
        with CancelScope() as scope:
            task = greenhost.spawn(cancelled_here)
            scope.cancel()
        self.assertFalse(task.result())

    def test_the_outer_one_reaches_the_inner_and_absorbs(self):
        with CancelScope() as outer:
            with CancelScope() as inner:
                outer.cancel()
                checkpoint()
            self.fail("went on")
        self.assertFalse(inner.cancelled_caught or inner.cancel_called)
        self.assertTrue(outer.cancelled_caught)

    def test_both_cancelled_the_outer_absorbs(self):
        with CancelScope() as outer:
            with CancelScope() as inner:
                inner.cancel()
                outer.cancel()
                checkpoint()
        self.assertEqual([inner.cancelled_caught, outer.cancelled_caught], [False, True])

    def test_other_exceptions_pass(self):
        with self.assertRaises(KeyError), CancelScope() as scope:
            scope.cancel()
            try:
                checkpoint()
            finally:
                raise KeyError
        self.assertFalse(scope.cancelled_caught)

    def test_task_cancel_passes(self):
        task = greenhost.spawn(self.sleep_in_a_cancelled_scope)
        checkpoint()
        task.cancel()
        self.assertIsInstance(task.exception(), Cancelled)

    def sleep_in_a_cancelled_scope(self):
        with CancelScope() as scope:
            try:
                time.sleep(LONG)
            finally:
                scope.cancel()

    def test_what_is_absorbed_is_taken_out_of_groups(self):
        with self.assertRaises(BaseExceptionGroup) as caught, CancelScope() as scope:
            scope.cancel()
            errors = [KeyError()]
            try:
                checkpoint()
            except Cancelled as error:
                errors.append(BaseExceptionGroup("inner", [error, ValueError()]))
            raise BaseExceptionGroup("outer", errors)
        self.assertTrue(scope.cancelled_caught)
        key_error, inner = caught.exception.exceptions
        self.assertIsInstance(key_error, KeyError)
        self.assertEqual([type(error) for error in inner.exceptions], [ValueError])

    def test_a_group_of_nothing_else_is_absorbed(self):
        with CancelScope() as scope:
            scope.cancel()
            try:
                checkpoint()
            except Cancelled as error:
                raise BaseExceptionGroup("all", [error]) from None
        self.assertTrue(scope.cancelled_caught)

    def test_a_wait_that_ended_in_the_same_turn_leaves_nothing_behind(self):
        promise = greenhost.Promise()
        scope = CancelScope()

        def settle_and_cancel():
            promise.set_result(1)
            scope.cancel()

        greenhost.spawn(settle_and_cancel)
        with scope:
            self.assertEqual(promise.result(), 1)
        self.assertFalse(cancelled_here())

    def test_cancelled_in_the_same_turn_as_a_shield_is_raised(self):
        with CancelScope() as outer, CancelScope() as inner:

            def cancel_and_shield():
                outer.cancel()
                inner.shield = True

            greenhost.spawn(cancel_and_shield)
            with self.assertRaises(Cancelled) as caught:
                time.sleep(LONG)
        self.assertIs(caught.exception.scope, outer)


class Shields(unittest.TestCase):
    def test_cancellation_from_outside_stops_there(self):
        with CancelScope() as outer, CancelScope(shield=True) as inner:
            outer.cancel()
            seen = [cancelled_here()]
            inner.shield = False
            seen += [cancelled_here()]
            inner.shield = True
            seen += [cancelled_here()]
        self.assertEqual(seen, [False, True, False])

    def test_its_own_does_not(self):
        with CancelScope(shield=True) as scope:
            scope.cancel()
            checkpoint()
        self.assertTrue(scope.cancelled_caught)

    def test_both_cancelled_the_shielded_one_absorbs(self):
        with CancelScope() as outer:
            outer.cancel()
            with CancelScope(shield=True) as inner:
                inner.cancel()
                checkpoint()
            seen = cancelled_here()
        self.assertEqual([inner.cancelled_caught, seen], [True, True])
        self.assertFalse(outer.cancelled_caught)

    def test_lowered_under_a_task_that_waits(self):
        shield = CancelScope(shield=True)

        def lower():
            shield.shield = False

        with CancelScope() as outer, shield:
            outer.cancel()
            greenhost.spawn(lower)
            time.sleep(LONG)
        self.assertTrue(outer.cancelled_caught)

    def test_deep_inside(self):
        with CancelScope() as outer, CancelScope(), CancelScope(shield=True), CancelScope():
            outer.cancel()
            self.assertFalse(cancelled_here())

    def test_is_a_bool(self):
        with self.assertRaises(TypeError):
            CancelScope(shield=1)
        with self.assertRaises(TypeError):
            CancelScope().shield = None


class Deadlines(unittest.TestCase):
    def test_move_on(self):
        with move_on_after(0.01) as scope:
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)
        with greenhost.move_on_at(greenhost.current_time() + 0.01) as scope:
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)

    def test_fail(self):
        for limit in fail_after(0.01), greenhost.fail_at(greenhost.current_time() + 0.01):
            with self.assertRaises(greenhost.TooSlowError) as caught, limit as scope:
                time.sleep(LONG)
            self.assertTrue(scope.cancelled_caught)
            self.assertIsInstance(caught.exception, TimeoutError)
            self.assertIsNone(caught.exception.__context__)

    def test_fail_when_all_is_well(self):
        with fail_after(LONG) as scope:
            time.sleep(0)
        self.assertFalse(scope.cancel_called)

    def test_fail_after_a_deadline_that_nobody_waited_past(self):
        with fail_after(0) as scope:
            pass
        self.assertTrue(scope.cancel_called)

    def test_the_earliest_counts(self):
        with move_on_after(LONG) as outer, move_on_after(0.01) as inner, move_on_after(
            LONG
        ) as last:
            time.sleep(LONG)
        caught = [scope.cancelled_caught for scope in (outer, inner, last)]
        self.assertEqual(caught, [False, True, False])

    def test_put_off_and_brought_forward(self):
        with move_on_after(LONG) as scope:
            scope.deadline = greenhost.current_time() + 0.01
            time.sleep(LONG)
        with move_on_after(0.01) as other:
            other.deadline += LONG
            time.sleep(0.02)
            other.deadline = -math.inf
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught and other.cancelled_caught)

    def test_brought_forward_by_another_task(self):
        scope = CancelScope()

        def bring_forward():
            scope.deadline = greenhost.current_time() + 0.01

        greenhost.spawn(bring_forward)
        with scope:
            time.sleep(LONG)
        self.assertTrue(scope.cancelled_caught)

    def test_put_off_after_it_has_passed_does_not_bring_it_back(self):
        with move_on_after(0) as scope:
            self.assertTrue(cancelled_here())
            scope.deadline = math.inf
            self.assertTrue(cancelled_here())

    def test_cancel_called_asks_the_clock(self):
        with CancelScope(deadline=greenhost.current_time() + 0.001) as scope:
            while greenhost.current_time() < scope.deadline:
                pass
            self.assertTrue(scope.cancel_called)
        self.assertTrue(CancelScope(deadline=-math.inf).cancel_called)

    def test_of_a_scope_that_was_left_means_nothing(self):
        left_in_time = False
        while not left_in_time:
            with move_on_after(0.005) as scope:
                pass
            left_in_time = greenhost.current_time() < scope.deadline
        time.sleep(0.01)
        self.assertFalse(scope.cancel_called)

    def test_infinity_is_never(self):
        with move_on_after(math.inf) as scope:
            time.sleep(0)
        self.assertEqual(scope.deadline, math.inf)

    def test_times_that_are_none(self):
        for function in move_on_after, fail_after:
            for seconds in -1, math.nan:
                with self.assertRaises(ValueError):
                    function(seconds)
        with self.assertRaises(ValueError):
            CancelScope(deadline=math.nan)
        with self.assertRaises(TypeError):
            CancelScope().deadline = "soon"

    def test_effective_deadline(self):
        self.assertEqual(greenhost.current_effective_deadline(), math.inf)
        with CancelScope(deadline=1e9) as outer, CancelScope(deadline=2e9) as inner:
            seen = [greenhost.current_effective_deadline()]
            inner.shield = True
            seen += [greenhost.current_effective_deadline()]
            inner.shield = False
            outer.cancel()
            seen += [greenhost.current_effective_deadline()]
        self.assertEqual(seen, [1e9, 2e9, -math.inf])

    def test_time_goes_on(self):
        before = greenhost.current_time()
        time.sleep(0.001)
        self.assertGreater(greenhost.current_time(), before + 0.0009)

    def test_sleep_forever(self):
        with move_on_after(0.01) as scope:
            greenhost.sleep_forever()
        self.assertTrue(scope.cancelled_caught)


class Misuse(unittest.TestCase):
    def test_a_scope_is_for_one_block(self):
        with CancelScope() as scope:
            with self.assertRaisesRegex(RuntimeError, "single 'with' block"):
                scope.__enter__()
        with self.assertRaisesRegex(RuntimeError, "single 'with' block"), scope:
            pass

    def test_left_twice_or_never_entered(self):
        scope = CancelScope()
        with self.assertRaisesRegex(RuntimeError, "left already"):
            scope.__exit__(None, None, None)
        with scope:
            pass
        with self.assertRaisesRegex(RuntimeError, "left already"):
            scope.__exit__(None, None, None)

    def test_left_in_the_wrong_order(self):
        outer, inner = CancelScope(), CancelScope()
        outer.__enter__()
        inner.__enter__()
        with self.assertRaisesRegex(RuntimeError, "opposite order"):
            outer.__exit__(None, None, None)
        inner.__exit__(None, None, None)
        self.assertFalse(cancelled_here())

    def test_left_in_the_wrong_order_keeps_the_exception_as_context(self):
        outer, inner, error = CancelScope(), CancelScope(), KeyError()
        outer.__enter__()
        inner.__enter__()
        with self.assertRaises(RuntimeError) as caught:
            outer.__exit__(KeyError, error, None)
        inner.__exit__(None, None, None)
        self.assertIs(caught.exception.__context__, error)

    def test_left_by_another_task(self):
        with CancelScope() as scope:
            task = greenhost.spawn(scope.__exit__, None, None, None)
            with self.assertRaisesRegex(RuntimeError, "not in it"):
                task.result()

    def test_a_task_that_ends_inside(self):
        scope = CancelScope(deadline=greenhost.current_time() + 0.01)
        greenhost.spawn(scope.__enter__).result()
        gone = weakref.ref(greenhost.spawn(CancelScope().__enter__))
        while gone() is not None:
            checkpoint()
        time.sleep(0.02)
        self.assertTrue(scope.cancel_called)

    def test_in_a_thread_without_tasks(self):
        errors = queue.Queue()
        with CancelScope() as ours:

            def use():
                for method in CancelScope().__enter__, ours.cancel:
                    try:
                        method()
                    except RuntimeError as error:
                        errors.put(error)

            greenhost.os_thread(use).join()
        self.assertEqual(errors.qsize(), 2)
        self.assertFalse(ours.cancel_called)


class Objects(unittest.TestCase):
    def test_repr(self):
        scope = CancelScope()
        self.assertRegex(repr(scope), "^<CancelScope at 0x[0-9a-f]+, unbound>$")
        with scope:
            self.assertRegex(repr(scope), ", active>$")
            scope.deadline = greenhost.current_time() + 60
            self.assertRegex(
                repr(scope), r", active, deadline is [56][09]\.\d\d seconds from now>$"
            )
            scope.cancel()
            self.assertRegex(repr(scope), ", active, cancelled>$")
        self.assertRegex(repr(scope), ", exited, cancelled>$")

    def test_nothing_is_left_for_the_collector(self):
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        for _ in range(3):
            with move_on_after(0), CancelScope():
                checkpoint()
        self.assertEqual(gc.collect(), 0)

    def test_deep_nesting(self):
        def nest(depth):
            with CancelScope() as scope:
                return nest(depth - 1) if depth > 0 else cancelled_here() or scope

        with CancelScope() as outer:
            outer.cancel()
            self.assertIs(nest(300), True)


if __name__ == "__main__":
    unittest.main()
