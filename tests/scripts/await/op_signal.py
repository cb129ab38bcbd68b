# SPDX-License-Identifier: MIT OR Apache-2.0
"""signal() catches the next arrival instead of what the signal does by default."""
# expect: caught by both: 10 10
# expect: the handler ran too: [10]
# expect: ignored, and still caught: 12
# expect: ValueError ValueError ValueError
# expect: by default it kills: -10

import os
import signal
import subprocess
import sys
import time

from greenhost import await_, ops, spawn


def send(signum):
    os.kill(os.getpid(), signum)


both = ops.signal(signal.SIGUSR1), ops.signal(signal.SIGUSR1)
spawn(send, signal.SIGUSR1)
print("caught by both:", *map(await_, both))

handled = []
signal.signal(signal.SIGUSR1, lambda signum, frame: handled.append(signum))
operation = ops.signal(signal.SIGUSR1)
send(signal.SIGUSR1)
await_(operation)
print("the handler ran too:", handled)

signal.signal(signal.SIGUSR2, signal.SIG_IGN)
operation = ops.signal(signal.SIGUSR2)
send(signal.SIGUSR2)
print("ignored, and still caught:", await_(operation))

wrong = []
for signum in (0, 65, signal.SIGKILL):
    try:
        ops.signal(signum)
    except ValueError as error:
        wrong.append(type(error).__name__)
print(*wrong)

# Cancelled, an operation gives the signal back to what the program had for it.
text = """
import os, signal
from greenhost import ops
operation = ops.signal(signal.SIGUSR1)
operation.cancel()
os.kill(os.getpid(), signal.SIGUSR1)
print("survived")
"""
print("by default it kills:", subprocess.run([sys.executable, "-c", text]).returncode)
