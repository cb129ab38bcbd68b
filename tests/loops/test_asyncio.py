# SPDX-License-Identifier: MIT OR Apache-2.0
"""asyncio's loop and uvloop's, in many tasks at once."""

import unittest

from support import LoopTest


class AsyncioTest(LoopTest):
    """The loop that comes with Python."""

    program = "asyncio_program.py"
    library = "asyncio"
    told_of_a_cancel = ["Cancelled ['its finally ran']"]

    def test_loops_at_once(self):
        expected = ["20", "we are 20 5 ('through a child', 0) 3"]
        self.assertEqual(self.lines("loops_at_once", self.library), expected)

    def test_signals(self):
        expected = ["one two", "the other is parked", "it ended with None"]
        self.assertEqual(self.lines("signals", self.library), expected)

    def test_cancel(self):
        self.assertEqual(self.lines("cancel", self.library), self.told_of_a_cancel)


class UvloopTest(AsyncioTest):
    """A loop in C, on a libuv of its own."""

    library = "uvloop"
    told_of_a_cancel = ["still parked", *AsyncioTest.told_of_a_cancel]


if __name__ == "__main__":
    unittest.main()
