# SPDX-License-Identifier: MIT OR Apache-2.0
"""A broker of Kafka's, run by python3: kafka_server.py PORT_FILE.

Debian has none, but librdkafka brings one in C, which speaks the protocol on a port.
"""

import signal
import sys
from pathlib import Path

from confluent_kafka import Producer

if __name__ == "__main__":
    host = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = host.list_topics(timeout=30).brokers.values()
    port = Path(sys.argv[1])
    port.with_suffix(".new").write_text(str(broker.port))
    port.with_suffix(".new").rename(port)
    signal.pause()
