# SPDX-License-Identifier: MIT OR Apache-2.0
# Writes that the pool makes, of more than it takes at a time, append one after the other.
# expect: 3000000 True
# expect: 5 True
import os

import greenhost

data = os.urandom(3_000_000)
fd = os.open("data", os.O_RDWR | os.O_CREAT | os.O_DSYNC)


def write():
    return os.write(fd, data), os.writev(fd, [b"a", b"", b"bcd", b"e"])


task = greenhost.spawn(write)
first, second = task.result()
written = os.pread(fd, 4_000_000, 0)
print(first, written[:3_000_000] == data)
print(second, written[3_000_000:] == b"abcde")
