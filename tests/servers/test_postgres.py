# SPDX-License-Identifier: MIT OR Apache-2.0
"""psycopg2, asyncpg, and SQLAlchemy's asynchronous ORM, against a real PostgreSQL.

psycopg2 is a C extension on a C library that blocks; the others need asyncio.
"""

import unittest

from support import Postgres, ServerTest


class PostgresTest(ServerTest):
    """Each runs one function of postgres_client.py."""

    server_type = Postgres
    client = "postgres_client.py"

    def test_sleep(self):
        self.check_overlap("sleep")

    def test_cancel_query(self):
        self.assertEqual(self.run_part("cancel_query"), ["Cancelled", "[(1,)]"])

    def test_cancel_connect(self):
        self.assertEqual(self.run_part("cancel_connect"), ["Cancelled", "[(1,)]"])

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


class AsyncTest(ServerTest):
    """Each runs one function of orm_client.py."""

    server_type = Postgres
    client = "orm_client.py"

    def test_asyncpg_sleep(self):
        self.check_overlap("asyncpg_sleep")

    def test_asyncpg_pool(self):
        self.assertEqual(self.run_part("asyncpg_pool"), ["True"])

    def test_asyncpg_limited(self):
        self.assertEqual(self.run_part("asyncpg_limited"), ["{('TooSlowError', True)}"])

    def test_orm_sleep(self):
        self.check_overlap("orm_sleep")

    def test_orm_steps(self):
        self.assertEqual(self.run_part("orm_steps"), ["True"])

    def test_orm_nested(self):
        self.assertEqual(self.run_part("orm_nested"), ["{True}"])

    def test_orm_events(self):
        self.assertEqual(self.run_part("orm_events"), ["True", "True"])

    def test_orm_limited(self):
        self.assertEqual(self.run_part("orm_limited"), ["{('TooSlowError', True)}"])

    def test_orm_portal(self):
        self.check_overlap("orm_portal")

    def test_orm_portal_steps(self):
        self.assertEqual(self.run_part("orm_portal_steps"), ["True"])


if __name__ == "__main__":
    unittest.main()
