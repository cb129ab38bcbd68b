# SPDX-License-Identifier: MIT OR Apache-2.0
"""gevent, whose hub is a greenlet that switches others, inside tasks, which are greenlets."""

import unittest

from support import LoopTest


class GeventTest(LoopTest):
    """Each runs one function of gevent_program.py."""

    program = "gevent_program.py"

    def test_hubs_at_once(self):
        self.assertEqual(self.lines("hubs_at_once"), ["20", "we are 20 CLIENT 4 3"])

    def test_signals_and_children(self):
        expected = ["one", "two", "through a child 0", "the other was woken"]
        self.assertEqual(self.lines("signals_and_children"), expected)

    def test_cancel(self):
        self.assertEqual(self.lines("cancel"), ["still parked", "Cancelled"])

    def test_patched_hubs_at_once(self):
        expected = ["20", "through a child 0", "we are 20 CLIENT 4 10 Dummy"]
        self.assertEqual(self.lines("patched_hubs_at_once"), expected)


if __name__ == "__main__":
    unittest.main()
