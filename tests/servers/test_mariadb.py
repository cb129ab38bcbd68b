# SPDX-License-Identifier: MIT OR Apache-2.0
"""Two drivers against a real MariaDB: MySQLdb, on a C library that blocks, and PyMySQL, in Python."""

import unittest

from support import Server, ServerTest


class MariaDB(Server):
    """MariaDB on a Unix socket, without tables of users: everybody may do everything."""

    def start(self):
        super().start(
            *("/usr/sbin/mariadbd", "--no-defaults", "--user=root", f"--socket={self.address}"),
            *(f"--datadir={self.directory}/data", f"--pid-file={self.directory}/pid"),
            *("--skip-grant-tables", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"),
        )

    def prepare(self):
        (self.directory / "data" / "shop").mkdir(parents=True)

    def answers(self):
        return b"ready for connections" in self.log.read_bytes()

    @property
    def address(self):
        return str(self.directory / "socket")


class DriverTest:
    """Each runs one function of mariadb_client.py with a driver."""

    server_type = MariaDB
    client = "mariadb_client.py"
    driver: str

    def test_sleep(self):
        self.check_overlap("sleep", self.driver)

    def test_transactions(self):
        self.assertEqual(self.run_part("transactions", self.driver), ["((1225,),)"])

    def test_large(self):
        self.assertEqual(self.run_part("large", self.driver), ["{True}"])

    def test_cancel(self):
        self.assertEqual(self.run_part("cancel", self.driver), ["Cancelled", "((1,),)"])


class MySQLdbTest(DriverTest, ServerTest):
    driver = "MySQLdb"


class PyMySQLTest(DriverTest, ServerTest):
    driver = "pymysql"


if __name__ == "__main__":
    unittest.main()
