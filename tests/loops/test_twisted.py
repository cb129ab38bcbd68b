# SPDX-License-Identifier: MIT OR Apache-2.0
"""Twisted, which has one reactor in a process, in the main task and in another."""

import unittest

from support import LoopTest


class TwistedTest(LoopTest):
    """Each runs one function of twisted_program.py."""

    program = "twisted_program.py"

    clients = "CLIENT 0 CLIENT 1 CLIENT 2 CLIENT 3 CLIENT 4"

    def test_in_the_main_task(self):
        expected = ["the reactor", "we are 1", self.clients, "3", r"b'through a child\n'"]
        self.assertEqual(self.lines("in_the_main_task"), expected)

    def test_in_a_task(self):
        expected = ["the reactor", "we are 1", self.clients, "3"]
        self.assertEqual(self.lines("in_a_task"), expected)

    def test_signals(self):
        self.assertEqual(self.lines("signals"), ["shut down"])


if __name__ == "__main__":
    unittest.main()
