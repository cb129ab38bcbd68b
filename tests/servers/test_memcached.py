# SPDX-License-Identifier: MIT OR Apache-2.0
"""pylibmc, a C extension on a C library that blocks, against a real memcached."""

import getpass
import sys
import unittest

from support import HERE, Server, ServerTest, takes_connections


class Memcached(Server):
    """memcached on a Unix socket."""

    def start(self):
        # It refuses to run as root unless it is told to.
        super().start("/usr/bin/memcached", "-s", self.address, "-u", getpass.getuser())

    def answers(self):
        return takes_connections(self.address)

    @property
    def address(self):
        return str(self.directory / "socket")


class Relay(Server):
    """Another server, at another address, where each answer comes a quarter of a second later."""

    def __init__(self, target):
        super().__init__()
        self.target = target

    def start(self):
        super().start(sys.executable, HERE / "relay.py", self.address, self.target, 0.25)

    def answers(self):
        return takes_connections(self.address)

    @property
    def address(self):
        return str(self.directory / "socket")


class MemcachedTest(ServerTest):
    """Each runs one function of memcached_client.py."""

    server_type = Memcached
    client = "memcached_client.py"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relay = Relay(cls.server.address)
        cls.addClassCleanup(cls.relay.stop)
        cls.relay.start()

    def run_part(self, part, *arguments):
        return super().run_part(part, self.relay.address, *arguments)

    def test_slow(self):
        self.check_overlap("slow")

    def test_many_values(self):
        self.assertEqual(self.run_part("many_values"), ["{True}"])

    def test_shared_pool(self):
        self.assertEqual(self.run_part("shared_pool"), ["500"])


if __name__ == "__main__":
    unittest.main()
