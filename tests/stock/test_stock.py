# SPDX-License-Identifier: MIT OR Apache-2.0
"""Programs made of threads, unchanged, with a thousand requests or jobs under way in one thread.

JOBS says how many. Each waits until all are there, so that nothing less than all at once passes.
"""

import os
import resource
import select
import signal
import socket
import subprocess
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
JOBS = int(os.environ.get("JOBS", "1000"))
PATIENCE = 300
EXPECTED = f"{JOBS} under way in 1 thread"


def start(name):
    return subprocess.Popen(
        [GREENHOST, "--threads=tasks", "-B", HERE / name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"JOBS": str(JOBS)},
    )


def request(port):
    """A connection that has asked; its answer is yet to come."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: stock\r\nConnection: close\r\n\r\n")
    return connection


def answer(connection):
    with connection, connection.makefile("rb") as stream:
        return stream.read().decode().rpartition("\r\n\r\n")[2]


class StockTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def check_server(self, name):
        server = start(name)
        try:
            self.assertTrue(select.select([server.stdout], [], [], PATIENCE)[0], "not started")
            port = int(server.stdout.readline())
            connections = [request(port) for _ in range(JOBS)]
            self.assertEqual({answer(connection) for connection in connections}, {EXPECTED})
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            _out, errors = server.communicate()
        self.assertEqual(errors, "")

    def check_jobs(self, name):
        program = start(name)
        try:
            out, errors = program.communicate(timeout=PATIENCE)
        finally:
            if program.returncode is None:
                os.killpg(program.pid, signal.SIGKILL)
                program.communicate()
        self.assertEqual((out, errors), (f"{JOBS} {EXPECTED}\n", ""))

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
        self.check_jobs("pool_jobs.py")

    def test_celery(self):
        self.check_jobs("celery_jobs.py")

    def test_dask(self):
        self.check_jobs("dask_jobs.py")


if __name__ == "__main__":
    unittest.main()
