# SPDX-License-Identifier: MIT OR Apache-2.0
"""readable() is done when there is something to read, or was before; a regular file always is."""
# expect: False
# expect: writing
# expect: woken True
# expect: at once True
# expect: the end counts too
# expect: a file is ready

import os
import socket

from greenhost import await_, ops, spawn

reader, writer = os.pipe()
first, second = ops.readable(reader), ops.readable(reader)
print(first.done())


def write():
    print("writing")
    os.write(writer, b"x")


spawn(write)
await_(first)
await_(second)
print("woken", second.done())

# No edge will come for what is there already.
third = ops.readable(reader)
await_(third)
print("at once", third.done())

left, right = socket.socketpair()
right.close()
await_(ops.readable(left))
print("the end counts too")

with open("file", "w") as file:
    await_(ops.readable(file))
print("a file is ready")
