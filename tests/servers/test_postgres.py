# SPDX-License-Identifier: MIT OR Apache-2.0
"""psycopg2, a C extension on a C library that blocks, against a real PostgreSQL."""

import unittest

from support import Postgres, ServerTest


class PostgresTest(ServerTest):
    """Each runs one function of postgres_client.py."""

    server_type = Postgres
    client = "postgres_client.py"

    def test_sleep(self):
        self.check_overlap("sleep")

    def test_cancel_query(self):
        self.assertEqual(self.run_part("cancel_query"), ["Cancelled True", "[(1,)]"])

    def test_cancel_connect(self):
        self.assertEqual(self.run_part("cancel_connect"), ["Cancelled True", "[(1,)]"])

    def test_time_limits(self):
        said = ["connect: TooSlowError", "query: TooSlowError", "[(1,)]"]
        self.assertEqual(self.run_part("time_limits"), said)

    def test_cancel_handled(self):
        self.assertEqual(self.run_part("handled"), ["[('went on',)]"])

    def test_shared_connection(self):
        self.assertEqual(self.run_part("shared_connection"), ["[0, 1, 2, 3]"])

    def test_copy(self):
        self.assertEqual(self.run_part("copy"), ["{True}"])

    def test_listen(self):
        self.assertEqual(self.run_part("listen"), ["{'heard'}"])


if __name__ == "__main__":
    unittest.main()
