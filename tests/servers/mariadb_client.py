# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of MariaDB do, with either driver: MySQLdb, in C, or PyMySQL."""

import contextlib
import importlib
import time

from tasks import all_at_once, cancel_at_once, run_client

from greenhost import spawn

LARGE = 500_000


def connect(address, driver):
    return importlib.import_module(driver).connect(unix_socket=address, user="test", db="shop")


def query(address, driver, text, *arguments):
    with contextlib.closing(connect(address, driver)) as connection:
        cursor = connection.cursor()
        cursor.execute(text, arguments)
        return cursor.fetchall()


def sleep(address, driver):
    def work(n):
        return query(address, driver, "select sleep(0.5), %s", n)

    print(all_at_once(work, 0.5) == [((0, n),) for n in range(50)])


def transactions(address, driver):
    """Each task has the one row locked for a while, and none of their additions is lost."""
    query(address, driver, "create or replace table counter (value int) select 0 as value")

    def add(n):
        with contextlib.closing(connect(address, driver)) as connection:
            cursor = connection.cursor()
            cursor.execute("select value from counter for update")
            (value,) = cursor.fetchone()
            time.sleep(0.005)
            cursor.execute("update counter set value = %s", (value + n,))
            connection.commit()

    for task in [spawn(add, n) for n in range(50)]:
        task.result(50)
    print(query(address, driver, "select value from counter"))


def large(address, driver):
    """Half a megabyte there, and thrice that back, from a cursor that leaves it at the server."""
    cursors = importlib.import_module(driver + ".cursors")

    def work(n):
        body = str(n % 10) * LARGE
        with contextlib.closing(connect(address, driver)) as connection:
            cursor = connection.cursor(cursors.SSCursor)
            cursor.execute("select seq, %s from seq_1_to_3", (body,))
            return all(row == (k + 1, body) for k, row in enumerate(cursor))

    print({task.result(50) for task in [spawn(work, n) for n in range(50)]})


def cancel(address, driver):
    task = spawn(query, address, driver, "select sleep(20)")
    asleep = "select count(*) from information_schema.processlist where state = 'User sleep'"
    while query(address, driver, asleep) != ((1,),):
        time.sleep(0.01)
    cancel_at_once(task)
    print(query(address, driver, "select 1"))


if __name__ == "__main__":
    run_client(globals())
