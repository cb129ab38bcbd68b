# SPDX-License-Identifier: MIT OR Apache-2.0
"""pyodbc: a driver manager in C, with locks of its own, on a driver in C, on libpq."""

import unittest

from support import Postgres, ServerTest


class OdbcTest(ServerTest):
    """Each runs one function of odbc_client.py."""

    server_type = Postgres
    client = "odbc_client.py"

    def test_sleep(self):
        self.check_overlap("sleep")

    def test_transactions(self):
        self.assertEqual(self.run_part("transactions"), ["[(1225, )]"])

    def test_rows(self):
        self.assertEqual(self.run_part("rows"), ["{True}"])


if __name__ == "__main__":
    unittest.main()
