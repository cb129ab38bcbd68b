# SPDX-License-Identifier: MIT OR Apache-2.0
"""paramiko, which reads each connection in a thread of its own, against a real sshd."""

import os
import pwd
import subprocess
import unittest

from support import POSTGRES_USER, Server, ServerTest, free_port, takes_connections


CONFIGURATION = """
ListenAddress {address}
HostKey {directory}/host
AuthorizedKeysFile {directory}/key.pub
StrictModes no
PidFile none
Subsystem sftp internal-sftp
MaxStartups 200
MaxSessions 200
"""


class Sshd(Server):
    """OpenSSH on a port of this machine, for one user and one key."""

    # As anybody but root it needs no directory of the system's, and serves who runs it.
    user = POSTGRES_USER

    def start(self):
        self.port = free_port()
        super().start("/usr/sbin/sshd", "-D", "-e", "-f", self.directory / "sshd_config")

    def prepare(self):
        for name in ("host", "key"):
            words = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", name]
            subprocess.run(self.command(*words), check=True, cwd=self.directory)
        public = (self.directory / "host.pub").read_text()
        (self.directory / "key.hosts").write_text(f"[127.0.0.1]:{self.port} {public}")
        text = CONFIGURATION.format(address=self.address, directory=self.directory)
        (self.directory / "sshd_config").write_text(text)

    def answers(self):
        return takes_connections(("127.0.0.1", self.port))

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def login(self):
        return self.user if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


class SshTest(ServerTest):
    """Each runs one function of ssh_client.py."""

    server_type = Sshd
    client = "ssh_client.py"

    def run_part(self, part, *arguments):
        key = str(self.server.directory / "key")
        return super().run_part(part, self.server.login, key, *arguments)

    def test_connections(self):
        self.check_overlap("connections")

    def test_channels(self):
        self.check_overlap("channels")

    def test_files(self):
        self.assertEqual(self.run_part("files", str(self.server.directory)), ["{True}"])


if __name__ == "__main__":
    unittest.main()
