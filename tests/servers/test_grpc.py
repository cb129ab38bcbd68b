# SPDX-License-Identifier: MIT OR Apache-2.0
"""grpcio: client and server, on a library in C++ that owns threads."""

import os
import unittest
from unittest.mock import patch

from support import PortServer, ServerTest


class Grpc(PortServer):
    """grpc_server.py."""

    program = "grpc_server.py"


class GrpcTest(ServerTest):
    """Each runs one function of grpc_client.py."""

    server_type = Grpc
    client = "grpc_client.py"

    def test_futures(self):
        self.check_overlap("futures")

    def test_streams(self):
        self.check_overlap("streams")

    def test_both_ways(self):
        self.assertEqual(self.run_part("both_ways"), ["{True}"])

    def test_times_out(self):
        self.check_overlap("times_out")

    def test_serve(self):
        self.check_overlap("serve")

    def test_in_asyncio(self):
        self.assertEqual(self.run_part("in_asyncio"), ["True"])

    @patch.dict(os.environ, GREENHOST_PIN_WARN="0")
    def test_blocking(self):
        self.assertEqual(self.run_part("blocking"), ["True"])


@patch.dict(os.environ, GREENHOST_THREADS="tasks")
class GrpcWithTasksTest(GrpcTest):
    """The same where threads are tasks: those in which the library polls stay the system's."""


if __name__ == "__main__":
    unittest.main()
