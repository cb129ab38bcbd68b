# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of SSH do: paramiko, in Python, with a thread of its own for each connection."""

import contextlib
import io
import os

import paramiko
from tasks import all_at_once, run_client

from greenhost import spawn

BODY = os.urandom(200_000)


def connect(address, user, key):
    host, port = address.split(":")
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy)
    client.load_host_keys(key + ".hosts")
    client.connect(
        host,
        int(port),
        user,
        pkey=paramiko.ECDSAKey.from_private_key_file(key),
        allow_agent=False,
        look_for_keys=False,
        banner_timeout=40,
        auth_timeout=40,
    )
    return contextlib.closing(client)


def run(client, n):
    """A command that reads, sleeps and writes; what it said, and its exit code."""
    stdin, stdout, stderr = client.exec_command(f"read word; sleep 0.5; echo $word; exit {n}")
    stdin.write(f"word {n}\n")
    # Else paramiko does so at some time, if need be after the command has ended, which sshd resents.
    stdin.close()
    return stdout.read().decode(), stdout.channel.recv_exit_status()


def answers():
    return [(f"word {n}\n", n) for n in range(50)]


def connections(*where):
    def work(n):
        with connect(*where) as client:
            return run(client, n)

    print(all_at_once(work, 0.5) == answers())


def channels(*where):
    """All on one connection."""
    with connect(*where) as client:
        print(all_at_once(lambda n: run(client, n), 0.5) == answers())


def files(address, user, key, directory):
    """A file there and back, over one connection, each task with a channel of its own."""
    with connect(address, user, key) as client:

        def there_and_back(n):
            with client.open_sftp() as sftp:
                sftp.putfo(io.BytesIO(BODY), f"{directory}/file{n}")
                back = io.BytesIO()
                sftp.getfo(f"{directory}/file{n}", back)
                return back.getvalue() == BODY

        print({task.result(50) for task in [spawn(there_and_back, n) for n in range(50)]})


if __name__ == "__main__":
    run_client(globals())
