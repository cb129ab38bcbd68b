# SPDX-License-Identifier: MIT OR Apache-2.0
"""Loops of every library in one process."""

import unittest

from support import LoopTest

EVERYBODY = "Tornado, Trio, Twisted, asyncio, eventlet, gevent, plain code, uvloop"


class TogetherTest(LoopTest):
    """Each runs one function of together_program.py."""

    program = "together_program.py"

    def test_once(self):
        self.assertEqual(self.lines("once"), [EVERYBODY, "{'we are 8'}"])

    def test_five_times(self):
        self.assertEqual(self.lines("five_times"), [EVERYBODY, "{'we are 36'}"])


if __name__ == "__main__":
    unittest.main()
