# SPDX-License-Identifier: MIT OR Apache-2.0
"""python3-redis, plain Python on sockets and locks, against a real Redis."""

import unittest

from support import Redis, ServerTest


class RedisTest(ServerTest):
    """Each runs one function of redis_client.py."""

    server_type = Redis
    client = "redis_client.py"

    def test_blocking_pops(self):
        right, seconds = self.run_part("blocking_pops")
        self.assertEqual(right, "True")
        self.assertLess(float(seconds), 3)

    def test_pop_times_out(self):
        answers, seconds = self.run_part("pop_times_out")
        self.assertEqual(answers, "{None}")
        self.assertLess(float(seconds), 3)

    def test_pipelines(self):
        self.assertEqual(self.run_part("pipelines"), ["{10} 500"])

    def test_subscribe(self):
        self.assertEqual(self.run_part("subscribe"), ["{'heard'}"])

    def test_cancel_pop(self):
        self.assertEqual(self.run_part("cancel_pop"), ["Cancelled True", "True value"])


if __name__ == "__main__":
    unittest.main()
