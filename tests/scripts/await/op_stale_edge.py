# SPDX-License-Identifier: MIT OR Apache-2.0
"""readable() is not done by news of data that somebody else has read by then."""
# expect: stolen False
# expect: done True

import os
import time

from greenhost import await_, checkpoint, ops, spawn

reader, writer = os.pipe()
operation = ops.readable(reader)
# Both in one step of this task, so that the loop finds the edge and nothing behind it.
os.write(writer, b"x")
os.read(reader, 1)
for _ in range(3):
    checkpoint()
    time.sleep(0.01)
print("stolen", operation.done())
spawn(os.write, writer, b"y")
await_(operation)
print("done", operation.done())
