# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tornado in many tasks at once."""

import unittest

from support import LoopTest


class TornadoTest(LoopTest):
    """Each runs one function of tornado_program.py."""

    program = "tornado_program.py"

    def test_loops_at_once(self):
        self.assertEqual(self.lines("loops_at_once"), ["20", "we are 20 /CLIENT/4 3"])

    def test_children(self):
        expected = ["through a child 0", "the other heard we are 1"]
        self.assertEqual(self.lines("children"), expected)


if __name__ == "__main__":
    unittest.main()
