# SPDX-License-Identifier: MIT OR Apache-2.0
"""read() and write() of files, where they stand and at an offset; what is written is copied."""
# expect: 5 3
# expect: b'heLLO' b'' b'LL'
# expect: changed after: b'before'
# expect: EBADF in the result

import errno
import os

from greenhost import await_, ops

with open("file", "wb+", buffering=0) as file:
    print(await_(ops.write(file, b"hello")), await_(ops.write(file.fileno(), b"LLO", 2)))
    file.seek(0)
    print(
        await_(ops.read(file, 99)), await_(ops.read(file, 99)), await_(ops.read(file, 2, offset=2))
    )
    data = bytearray(b"before")
    operation = ops.write(file, memoryview(data), 0)
    data[:] = b"after!"
    await_(operation)
    print("changed after:", await_(ops.read(file, 99, 0)))
    number = file.fileno()
operation = ops.read(number, 1)
try:
    await_(operation)
except OSError as error:
    print(errno.errorcode[error.errno], "in the result")
