# SPDX-License-Identifier: MIT OR Apache-2.0
"""Commands that run side by side show it by waiting for one another: in turn, they never end."""
import os

# For a shell: wait until as many as hold() counts have come here.
COME = "echo >come; read go <go"

for name in ("come", "go"):
    os.mkfifo(name)
come, go = (os.open(name, os.O_RDWR) for name in ("come", "go"))


def hold(count):
    """Wait until all are there, and let them go on."""
    for _ in range(count):
        os.read(come, 1)
    os.write(go, b"\n" * count)
