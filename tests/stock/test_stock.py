# SPDX-License-Identifier: MIT OR Apache-2.0
"""Programs made of threads, unchanged, with a thousand requests or jobs under way in one thread.

JOBS says how many. Each waits until all are there, so that nothing less than all at once passes. One
test has ten thousand calls under way, and the two ends of each in two processes, since a process may
have as many descriptors as its limit says.
"""

import os
import resource
import select
import signal
import socket
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
JOBS = int(os.environ.get("JOBS", "1000"))
CALLS = 10_000
# What a process has open besides.
OTHER_DESCRIPTORS = 100
PATIENCE = 300


def expected(jobs=JOBS):
    return f"{jobs} under way in 1 thread"


def start(name, *words, jobs=JOBS, **more):
    return subprocess.Popen(
        [GREENHOST, "--threads=tasks", "-B", HERE / name, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"JOBS": str(jobs)} | more,
    )


def request(port):
    """A connection that has asked; its answer is yet to come."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: stock\r\nConnection: close\r\n\r\n")
    return connection


def answer(connection):
    with connection, connection.makefile("rb") as stream:
        return stream.read().decode().rpartition("\r\n\r\n")[2]


def end(program):
    """Kill it, if need be; what it had left to write."""
    if program.returncode is None:
        os.killpg(program.pid, signal.SIGKILL)
    return program.communicate()


class StockTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        _soft, cls.descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (cls.descriptors, cls.descriptors))

    def port_of(self, server):
        self.assertTrue(select.select([server.stdout], [], [], PATIENCE)[0], "not started")
        return int(server.stdout.readline())

    def check_server(self, name):
        server = start(name)
        try:
            port = self.port_of(server)
            connections = [request(port) for _ in range(JOBS)]
            self.assertEqual({answer(connection) for connection in connections}, {expected()})
        finally:
            _out, errors = end(server)
        self.assertEqual(errors, "")

    def check_jobs(self, program, jobs=JOBS, patience=PATIENCE):
        try:
            out, errors = program.communicate(timeout=patience)
        finally:
            end(program)
        self.assertEqual((out, errors), (f"{jobs} {expected(jobs)}\n", ""))

    def test_http_server(self):
        self.check_server("http_server.py")

    def test_wsgiref(self):
        self.check_server("wsgiref_server.py")

    def test_flask(self):
        self.check_server("flask_server.py")

    def test_cheroot(self):
        self.check_server("cheroot_server.py")

    def test_waitress(self):
        self.check_server("waitress_server.py")

    def test_gunicorn(self):
        self.check_server("gunicorn_server.py")

    def test_pool_of_urllib(self):
        self.check_jobs(start("pool_jobs.py"))

    def test_celery(self):
        self.check_jobs(start("celery_jobs.py"))

    def test_dask(self):
        self.check_jobs(start("dask_jobs.py"))

    def test_ten_thousand_calls(self):
        calls = min(CALLS, self.descriptors - OTHER_DESCRIPTORS)
        if calls < CALLS:
            print(f"{calls} calls, not {CALLS}: {self.descriptors} descriptors", file=sys.stderr)
        # The collector goes through a million objects now and then, which may take long.
        options = {"jobs": calls, "GREENHOST_PIN_WARN": "0"}
        server = start("http_server.py", **options)
        try:
            client = start("many_calls.py", str(self.port_of(server)), **options)
            self.check_jobs(client, calls, 2 * PATIENCE)
        finally:
            _out, errors = end(server)
        self.assertEqual(errors, "")


if __name__ == "__main__":
    unittest.main()
