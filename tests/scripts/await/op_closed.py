# SPDX-License-Identifier: MIT OR Apache-2.0
"""A descriptor that is closed under an operation ends it, and its number can be used again."""
# expect: OSError EBADF
# expect: not open: EBADF
# expect: reused

import errno
import os

from greenhost import await_, ops, spawn

reader, writer = os.pipe()
operation = ops.readable(reader)
spawn(os.close, reader)
try:
    await_(operation)
except OSError as error:
    print("OSError", errno.errorcode[error.errno])
try:
    ops.readable(reader)
except OSError as error:
    print("not open:", errno.errorcode[error.errno])
again, other = os.pipe()
operation = ops.readable(min(again, reader))
os.write(other, b"x")
await_(operation)
print("reused")
