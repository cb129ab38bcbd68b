# SPDX-License-Identifier: MIT OR Apache-2.0
"""Real servers for the tests, each with a directory of its own, started and stopped by the test.

A server that is not installed is a failure: `make deps` installs them.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
POSTGRES_USER = "postgres"  # made by its package, with a shell to log in with
POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
PATIENCE = 300


def free_port():
    """A port that nobody listens at, and that the kernel gives to nobody who wants any."""
    for port in range(20000 + os.getpid() % 10000, 32768):
        if not takes_connections(("127.0.0.1", port)):
            return port
    raise RuntimeError("all ports are in use")


def takes_connections(where):
    """Whether somebody listens there: a Unix socket's path, or a host and a port."""
    family = socket.AF_INET if isinstance(where, tuple) else socket.AF_UNIX
    with socket.socket(family) as probe:
        return probe.connect_ex(where) == 0


class Server:
    """A process that serves on a socket in its own directory."""

    user: str | None = None  # who must run it, because it refuses to run as root
    farewell = signal.SIGTERM  # what ends it, though clients of a failed test may be there

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="greenhost-server-"))
        self.process = None
        self.log = self.directory / "log"

    def command(self, *words):
        """A command line, run by the server's user if that has to be another one."""
        if self.user is None or os.geteuid() != 0:
            return [*map(str, words)]
        ids = [f"--reuid={self.user}", f"--regid={self.user}", "--init-groups"]
        return ["setpriv", *ids, *map(str, words)]

    def start(self, *words):
        if self.user is not None and os.geteuid() == 0:
            shutil.chown(self.directory, self.user, self.user)
        self.prepare()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(*words), stdout=log, stderr=log, cwd=self.directory
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                text = self.log.read_text(errors="replace")
                raise RuntimeError(f"{words[0]} did not start:\n{text}")
            time.sleep(0.05)

    def prepare(self):
        """What must be done once before it can start."""

    def answers(self):
        """Whether it can be used yet."""
        raise NotImplementedError

    def stop(self):
        if self.process is not None:
            self.process.send_signal(self.farewell)
            self.process.wait(PATIENCE)
        shutil.rmtree(self.directory, ignore_errors=True)


class PortServer(Server):
    """A program beside the tests, which writes the port that it serves on to a file."""

    program: str
    scheme = ""

    def start(self, *words):
        Server.start(self, sys.executable, HERE / self.program, *words, self.port)

    def answers(self):
        return self.port.exists()

    @property
    def port(self):
        return self.directory / "port"

    @property
    def address(self):
        return f"{self.scheme}127.0.0.1:{self.port.read_text()}"


class Directory(Server):
    """No server, but a place for clients that serve each other."""

    def start(self):
        self.prepare()

    @property
    def address(self):
        return str(self.directory)


class Postgres(Server):
    """PostgreSQL on a Unix socket, trusting everybody who can reach it."""

    user = POSTGRES_USER
    farewell = signal.SIGINT  # its fast shutdown: SIGTERM waits for its clients

    def start(self):
        super().start(
            POSTGRES_BIN / "postgres",
            *("-D", self.directory / "data", "-k", self.directory),
            *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=120"),
        )

    def prepare(self):
        options = ["--auth=trust", "--username=test", "--no-sync", "--encoding=UTF8"]
        initdb = self.command(POSTGRES_BIN / "initdb", "-D", self.directory / "data", *options)
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=self.directory)

    def answers(self):
        words = [POSTGRES_BIN / "pg_isready", "-q", "-h", self.directory]
        return subprocess.run(words).returncode == 0

    @property
    def address(self):
        return f"host={self.directory} user=test dbname=postgres"


class Redis(Server):
    """Redis on a Unix socket, keeping nothing."""

    def start(self):
        options = ["--port", "0", "--unixsocket", self.address, "--save", "", "--appendonly", "no"]
        super().start("/usr/bin/redis-server", *options)

    def answers(self):
        words = ["/usr/bin/redis-cli", "-s", self.address, "ping"]
        return subprocess.run(words, capture_output=True).stdout == b"PONG\n"

    @property
    def address(self):
        return str(self.directory / "socket")


class ServerTest(unittest.TestCase):
    """Tests that run parts of one client program under greenhost, against one server."""

    maxDiff = None
    server_type: type[Server]
    client: str
    server: Server

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_type()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def run_part(self, part, *arguments):
        """Run one function of the client in a process of its own; return the lines it wrote."""
        command = [GREENHOST, str(HERE / self.client), part, self.server.address, *arguments]
        # What leads the machine's own clients through a proxy must not lead these.
        private = {
            k: v for k, v in os.environ.items() if not re.search("_(proxy|bundle)$", k, re.I)
        }
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, env=private
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout.splitlines()

    def check_overlap(self, part, *arguments):
        """The part runs tasks side by side, which must wait together and get the right answers."""
        figures, right = self.run_part(part, *arguments)
        print(self.client, part, *arguments, figures)
        self.assertEqual(right, "True")
        together, in_turn = map(float, re.findall(r"([\d.]+) s", figures))
        # Taking turns is never faster than that; what a busy machine adds is not their affair.
        self.assertLess(together, in_turn * 3 / 4, figures)
