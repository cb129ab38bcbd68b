# SPDX-License-Identifier: MIT OR Apache-2.0
"""writable() waits for room."""
# expect: full False
# expect: reading
# expect: room True

import os

from greenhost import await_, ops, spawn

reader, writer = os.pipe()
await_(ops.writable(writer))
os.set_blocking(writer, False)
try:
    while True:
        os.write(writer, bytes(4096))
except BlockingIOError:
    pass
operation = ops.writable(writer)
print("full", operation.done())


def read():
    print("reading")
    os.read(reader, 65536)


spawn(read)
await_(operation)
print("room", operation.done())
