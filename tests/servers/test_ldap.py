# SPDX-License-Identifier: MIT OR Apache-2.0
"""python-ldap, on OpenLDAP's C library, against a real slapd."""

import signal
import subprocess
import unittest
from urllib.parse import quote

from support import Server, ServerTest, takes_connections

# The overlay answers searches below its parent itself, after as many seconds as an item says.
CONFIGURATION = """
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_ldif
moduleload retcode
threads 64
database ldif
suffix dc=test
rootdn cn=admin,dc=test
rootpw secret
directory {directory}/data
overlay retcode
retcode-parent ou=codes,dc=test
retcode-item cn=slow 0 sleeptime=1
retcode-item cn=slowest 0 sleeptime=20
"""

ROOT = "dn: dc=test\nobjectClass: organization\nobjectClass: dcObject\no: test\ndc: test\n"


class Slapd(Server):
    """OpenLDAP on a Unix socket, with an empty directory in which some searches take long."""

    # Or it would wait until it is done with what takes long.
    farewell = signal.SIGKILL

    def start(self):
        super().start("/usr/sbin/slapd", "-d", "0", "-f", self.configuration, "-h", self.address)

    def prepare(self):
        (self.directory / "data").mkdir()
        self.configuration.write_text(CONFIGURATION.format(directory=self.directory))
        load = ["/usr/sbin/slapadd", "-f", self.configuration]
        subprocess.run(load, input=ROOT, text=True, check=True, capture_output=True)

    def answers(self):
        return takes_connections(str(self.directory / "socket"))

    @property
    def configuration(self):
        return self.directory / "slapd.conf"

    @property
    def address(self):
        return "ldapi://" + quote(str(self.directory / "socket"), safe="")


class LdapTest(ServerTest):
    """Each runs one function of ldap_client.py."""

    server_type = Slapd
    client = "ldap_client.py"

    def test_slow(self):
        self.check_overlap("slow")

    def test_entries(self):
        self.assertEqual(self.run_part("entries"), ["{True}"])

    def test_shared_connection(self):
        self.assertEqual(self.run_part("shared_connection"), ["{'dn:cn=admin,dc=test'}"])

    def test_times_out(self):
        self.check_overlap("times_out")

    def test_cancel(self):
        self.assertEqual(self.run_part("cancel"), ["Cancelled"])


if __name__ == "__main__":
    unittest.main()
