# SPDX-License-Identifier: MIT OR Apache-2.0
"""Trio in many tasks at once."""

import unittest

from support import LoopTest


class TrioTest(LoopTest):
    """Each runs one function of trio_program.py."""

    program = "trio_program.py"

    def test_loops_at_once(self):
        self.assertEqual(self.lines("loops_at_once"), ["20", "we are 20 5 through a child 3"])

    def test_signals(self):
        expected = ["SIGUSR1 SIGUSR2", "the other was cancelled: True"]
        self.assertEqual(self.lines("signals"), expected)


if __name__ == "__main__":
    unittest.main()
