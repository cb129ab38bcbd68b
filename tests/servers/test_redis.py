# SPDX-License-Identifier: MIT OR Apache-2.0
"""python3-redis, on sockets and locks, with its parser in Python and with hiredis, in C."""

import unittest

from support import Redis, ServerTest


class ParserTest:
    """Each runs one function of redis_client.py with a parser."""

    server_type = Redis
    client = "redis_client.py"
    parser: str

    def test_blocking_pops(self):
        self.assertEqual(self.run_part("blocking_pops", self.parser), ["True"])

    def test_pop_times_out(self):
        self.check_overlap("pop_times_out", self.parser)

    def test_pipelines(self):
        self.assertEqual(self.run_part("pipelines", self.parser), ["{10} 500"])

    def test_subscribe(self):
        self.assertEqual(self.run_part("subscribe", self.parser), ["{'heard'}"])

    def test_cancel_pop(self):
        self.assertEqual(self.run_part("cancel_pop", self.parser), ["Cancelled", "True value"])


class PythonParserTest(ParserTest, ServerTest):
    parser = "PythonParser"


class HiredisParserTest(ParserTest, ServerTest):
    parser = "HiredisParser"


if __name__ == "__main__":
    unittest.main()
