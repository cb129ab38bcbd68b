# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of event loops share: a test runs one function of a client program under greenhost.

Each program runs its library's loop in several tasks at once. That they do is shown by a meeting:
every loop sends a line to a server in the main task, with its library's own sockets, and the server
answers when all of them have come. Loops that took turns would wait there for ever.
"""

import os
import socket
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
PATIENCE = 300


class LoopTest(unittest.TestCase):
    """Tests that run parts of one program, each in a process of its own."""

    maxDiff = None
    program: str
    maxDiff = None

    def lines(self, part, *arguments):
        """What a function of the program prints; standard error has to be empty."""
        command = [GREENHOST, str(HERE / self.program), part, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout.splitlines()


class Meeting:
    """Where `count` guests come, say a line each, and hear how many they are once all are there."""

    def __init__(self, count):
        self.count = count
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=count)
        self.port = self.listener.getsockname()[1]

    def hold(self):
        """Wait for the guests, answer them, and return what they said, sorted."""
        guests = [self.listener.accept()[0] for _ in range(self.count)]
        said = [guest.recv(100).decode().rstrip("\n") for guest in guests]
        for guest in guests:
            guest.sendall(f"we are {self.count}\n".encode())
            guest.close()
        self.listener.close()
        return sorted(said)


def run_program():
    """The main program of each: call the function that the command line names."""
    functions = vars(sys.modules["__main__"])
    functions[sys.argv[1]](*sys.argv[2:])
