# SPDX-License-Identifier: MIT OR Apache-2.0
# system() parks, several at once, and returns the status of its shell; the environment is inherited.
# hooks: system
# expect: [0, 1024, 2, 32512]
# expect: at once: True
# expect: a shell there is: True
import ctypes
import os
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
os.environ["GREETING"] = "hello"
commands = (
    'sleep 0.2; test "$GREETING" = hello',
    "sleep 0.2; exit 4",
    "sleep 0.2; kill -INT $$",
    "sleep 0.2; exec 2>/dev/null; no-such-command",
)
start = time.monotonic()
tasks = [greenhost.spawn(os.system, command) for command in commands]
print([task.result() for task in tasks])
print("at once:", time.monotonic() - start < 0.75)
print("a shell there is:", greenhost.spawn(libc.system, None).result() != 0)
