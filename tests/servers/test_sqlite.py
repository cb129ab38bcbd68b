# SPDX-License-Identifier: MIT OR Apache-2.0
"""The sqlite3 module waits for a database that another process has locked."""

import unittest

from support import Directory, ServerTest


class SqliteTest(ServerTest):
    """Each runs one function of sqlite_client.py."""

    server_type = Directory
    client = "sqlite_client.py"

    def test_times_out(self):
        self.check_overlap("times_out")

    def test_writers(self):
        self.assertEqual(self.run_part("writers"), ["[(50, 1225)]"])

    def test_cancel(self):
        self.assertEqual(self.run_part("cancel"), ["Cancelled"])


if __name__ == "__main__":
    unittest.main()
