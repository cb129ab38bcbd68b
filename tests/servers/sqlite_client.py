# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of SQLite do: the sqlite3 module, on a file that another process has locked."""

import contextlib
import sqlite3
import subprocess
import sys
import time

from tasks import all_at_once, cancel_at_once, run_client

from greenhost import spawn

# Locks it, says so, and keeps it locked until its input ends.
HOLDER = """if True:
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("create table if not exists numbers (value)")
    connection.execute("begin exclusive")
    print("locked", flush=True)
    sys.stdin.read()
    connection.execute("commit")
"""


def database(directory):
    return f"{directory}/numbers.db"


@contextlib.contextmanager
def lock(directory):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDER, database(directory)], **pipes) as holder:
        holder.stdout.readline()
        yield


def connect(directory, timeout):
    return contextlib.closing(sqlite3.connect(database(directory), timeout, isolation_level=None))


def times_out(directory):
    """Each is told that the database is locked, once its busy timeout is over."""

    def write(n):
        with connect(directory, 0.5) as connection:
            try:
                connection.execute("insert into numbers values (?)", (n,))
            except sqlite3.OperationalError as error:
                return str(error)

    with lock(directory):
        print(all_at_once(write, 0.5) == ["database is locked"] * 50)


def writers(directory):
    """Each gets the lock that it waits for, soon or late, and what it writes is there."""
    begun = []

    def write(n):
        with connect(directory, 40) as connection:
            begun.append(n)
            connection.execute("insert into numbers values (?)", (n,))

    with lock(directory):
        tasks = [spawn(write, n) for n in range(50)]
        while len(begun) < len(tasks):
            time.sleep(0.01)
    for task in tasks:
        task.result(50)
    with connect(directory, 0) as connection:
        print(connection.execute("select count(*), sum(value) from numbers").fetchall())


def cancel(directory):
    """SQLite sleeps in between, and there a cancel finds it."""

    def write():
        with connect(directory, 20) as connection:
            connection.execute("insert into numbers values (1)")

    with lock(directory):
        task = spawn(write)
        while task.state != "parked":
            time.sleep(0.01)
        cancel_at_once(task)


if __name__ == "__main__":
    run_client(globals())
