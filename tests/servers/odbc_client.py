# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of ODBC do: pyodbc, on unixODBC, on PostgreSQL's driver."""

import contextlib

import pyodbc
from tasks import all_at_once, run_client

from greenhost import spawn


def connect(address):
    # The address is libpq's: what psycopg2 calls a host is a server here.
    words = dict(word.split("=") for word in address.split())
    return pyodbc.connect(
        driver="{PostgreSQL Unicode}",
        servername=words["host"],
        database=words["dbname"],
        uid=words["user"],
    )


def query(address, text, *arguments):
    with contextlib.closing(connect(address)) as connection:
        return connection.execute(text, arguments).fetchall()


def sleep(address):
    answers = all_at_once(lambda n: query(address, "select ?::int, pg_sleep(0.5)", n), 0.5)
    print([number for ((number, _),) in answers] == list(range(50)))


def transactions(address):
    """All add to one row, which each has to itself for a while."""
    with contextlib.closing(connect(address)) as connection:
        connection.execute("create table counter as select 0 as value")
        connection.commit()

    def add(n):
        with contextlib.closing(connect(address)) as connection:
            value = connection.execute("select value from counter for update").fetchval()
            connection.execute("select pg_sleep(0.005)")
            connection.execute("update counter set value = ?", value + n)
            connection.commit()

    for task in [spawn(add, n) for n in range(50)]:
        task.result(50)
    print(query(address, "select value from counter"))


def rows(address):
    """Many rows there in one call, and back one by one."""
    expected = [(n, "x" * 100) for n in range(200)]

    def there_and_back(n):
        with contextlib.closing(connect(address)) as connection:
            cursor = connection.cursor()
            cursor.execute(f"create temporary table t{n} (id int, body text)")
            cursor.executemany(f"insert into t{n} values (?, ?)", expected)
            return [tuple(row) for row in cursor.execute(f"select * from t{n}")] == expected

    print({task.result(50) for task in [spawn(there_and_back, n) for n in range(50)]})


if __name__ == "__main__":
    run_client(globals())
