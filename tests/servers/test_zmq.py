# SPDX-License-Identifier: MIT OR Apache-2.0
"""pyzmq: a C++ library that does its work in threads of its own, and wakes its callers itself."""

import unittest

from support import Directory, ServerTest


class ZmqTest(ServerTest):
    """Each runs one function of zmq_client.py, where both ends are tasks."""

    server_type = Directory
    client = "zmq_client.py"

    def test_requests(self):
        self.check_overlap("requests")

    def test_times_out(self):
        self.check_overlap("times_out")

    def test_pipeline(self):
        self.assertEqual(self.run_part("pipeline"), ["True"])

    def test_subscribe(self):
        self.assertEqual(self.run_part("subscribe"), ["{(b'weather', b'rain')}"])

    def test_cancel(self):
        self.assertEqual(self.run_part("cancel"), ["Cancelled"])


if __name__ == "__main__":
    unittest.main()
