# SPDX-License-Identifier: MIT OR Apache-2.0
"""confluent-kafka: a C library that owns threads, and whose callers wait for their conditions."""

import unittest

from support import PortServer, ServerTest


class Kafka(PortServer):
    """The broker of librdkafka, in a process of its own."""

    program = "kafka_server.py"


class KafkaTest(ServerTest):
    """Each runs one function of kafka_client.py."""

    server_type = Kafka
    client = "kafka_client.py"

    def test_times_out(self):
        self.check_overlap("times_out")

    def test_produce(self):
        self.assertEqual(self.run_part("produce"), ["{True}"])

    def test_shared_producer(self):
        self.assertEqual(self.run_part("shared_producer"), ["{0} 50", "True"])

    def test_waiting_consumers(self):
        self.assertEqual(self.run_part("waiting_consumers"), ["{'new'}"])

    def test_group(self):
        self.assertEqual(self.run_part("group"), ["['hello'] [4]"])


if __name__ == "__main__":
    unittest.main()
