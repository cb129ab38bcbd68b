# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of PostgreSQL do: psycopg2 in the ordinary blocking way, with no wait callback."""

import contextlib
import io
import select
import socket
import time

import psycopg2
from tasks import all_at_once, cancel_at_once, run_client

from greenhost import Cancelled, checkpoint, current_task, fail_after, spawn


def query(address, text, *arguments):
    connection = psycopg2.connect(address)
    connection.autocommit = True
    # Not `with connection`: it would end with a rollback, which a server that is still at a
    # query that was given up answers when it is done with that.
    with contextlib.closing(connection):
        cursor = connection.cursor()
        cursor.execute(text, arguments)
        return cursor.fetchall()


def sleep(address):
    answers = all_at_once(lambda n: query(address, "select pg_sleep(0.5), %s", n), 0.5)
    print([number for ((_, number),) in answers] == list(range(50)))


def cancel(task):
    """Cancel a task once it is blocked in C."""
    while task.state != "parked" or "checkpoint" in repr(task):
        checkpoint()
    time.sleep(0.1)
    cancel_at_once(task)


def cancel_query(address):
    cancel(spawn(query, address, "select pg_sleep(20)"))
    print(query(address, "select 1"))


def cancel_connect(address):
    # Something that takes connections and never says a word.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        cancel(spawn(psycopg2.connect, f"host=127.0.0.1 port={port} user=test"))
    print(query(address, "select 1"))


def time_limits(address):
    """Scopes end libpq's waits too, and what the driver does afterwards in the cancelled scope."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        try:
            with fail_after(0.1):
                psycopg2.connect(f"host=127.0.0.1 port={port} user=test")
        except TimeoutError as error:
            print("connect:", type(error).__name__)
    try:
        with fail_after(0.1):
            query(address, "select pg_sleep(20)")
    except TimeoutError as error:
        print("query:", type(error).__name__)
    print(query(address, "select 1"))


def handled(address):
    """The program catches Cancelled, and goes on with another connection."""

    def work():
        try:
            query(address, "select pg_sleep(20)")
        except Cancelled:
            return query(address, "select 'went on'")

    task = spawn(work)
    time.sleep(0.2)
    task.cancel()
    print(task.result())


def shared_connection(address):
    """Two tasks use one connection, which psycopg2 guards with a mutex of its own."""
    connection = psycopg2.connect(address)

    def ask(n):
        cursor = connection.cursor()
        cursor.execute("select pg_sleep(0.1), %s", (n,))
        return cursor.fetchone()[1]

    print([task.result() for task in [spawn(ask, n) for n in range(4)]])
    connection.close()


def copy(address):
    """A few hundred kilobytes each way, from many tasks at once."""
    rows = 5_000
    data = "".join(f"{n}\t{'x' * 40}\n" for n in range(rows))

    def there_and_back(n):
        connection = psycopg2.connect(address)
        cursor = connection.cursor()
        cursor.execute(f"create temporary table t{n} (id int, body text)")
        cursor.copy_expert(f"copy t{n} from stdin", io.StringIO(data))
        back = io.StringIO()
        cursor.copy_expert(f"copy t{n} to stdout", back)
        connection.close()
        return back.getvalue() == data

    print({task.result() for task in [spawn(there_and_back, n) for n in range(50)]})


def listen(address):
    """Wait for a notification as psycopg2's manual says, with select()."""
    ready = []

    def wait():
        connection = psycopg2.connect(address)
        connection.autocommit = True
        connection.cursor().execute("listen news")
        ready.append(current_task())
        while not connection.notifies:
            select.select([connection], [], [], 10)
            connection.poll()
        payload = connection.notifies.pop().payload
        connection.close()
        return payload

    tasks = [spawn(wait) for _ in range(50)]
    while len(ready) < len(tasks):
        time.sleep(0.01)
    query(address, "select pg_notify('news', 'heard')")
    print({task.result() for task in tasks})


if __name__ == "__main__":
    run_client(globals())
