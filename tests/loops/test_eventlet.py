# SPDX-License-Identifier: MIT OR Apache-2.0
"""eventlet, whose hub is a greenlet that switches others, inside tasks, which are greenlets."""

import unittest

from support import LoopTest


class EventletTest(LoopTest):
    """Each runs one function of eventlet_program.py."""

    program = "eventlet_program.py"

    def test_hubs_at_once(self):
        self.assertEqual(self.lines("hubs_at_once"), ["20", "we are 20 CLIENT 4 through a child"])

    def test_signals_and_threads(self):
        expected = ["one", "3", "the other heard we are 1"]
        self.assertEqual(self.lines("signals_and_threads"), expected)

    def test_patched_hubs_at_once(self):
        expected = ["20", "we are 20 CLIENT 4 10 through a child 0"]
        self.assertEqual(self.lines("patched_hubs_at_once"), expected)


if __name__ == "__main__":
    unittest.main()
