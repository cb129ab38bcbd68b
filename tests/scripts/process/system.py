# SPDX-License-Identifier: MIT OR Apache-2.0
# system() parks, several at once, and returns the status of its shell; the environment is inherited.
# hooks: system
# expect: [0, 1024, 2, 32512]
# expect: a shell there is: True
import ctypes
import os

import greenhost
import meeting

libc = ctypes.CDLL(None, use_errno=True)
os.environ["GREETING"] = "hello"
commands = (
    'test "$GREETING" = hello',
    "exit 4",
    "kill -INT $$",
    "exec 2>/dev/null; no-such-command",
)
tasks = [greenhost.spawn(os.system, f"{meeting.COME}; {command}") for command in commands]
meeting.hold(len(commands))
print([task.result() for task in tasks])
print("a shell there is:", greenhost.spawn(libc.system, None).result() != 0)
