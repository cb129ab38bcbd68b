# SPDX-License-Identifier: MIT OR Apache-2.0
# A file of which only some pages are in memory is read as if all were: no read is short.
# hooks: read pread64
# expect: 4000000 True
# expect: 3000000 True
# expect: 100 True
import os

import greenhost

data = os.urandom(4_000_000)
fd = os.open("data", os.O_RDWR | os.O_CREAT)
os.write(fd, data)
os.fsync(fd)


def read():
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.pread(fd, 10_000, 500_000)
    os.lseek(fd, 0, os.SEEK_SET)
    got = os.read(fd, 5_000_000)
    print(len(got), got == data)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.pread(fd, 10_000, 2_000_000)
    got = os.pread(fd, 5_000_000, 1_000_000)
    print(len(got), got == data[1_000_000:])
    os.lseek(fd, -100, os.SEEK_END)
    got = os.read(fd, 1000)
    print(len(got), got == data[-100:])


greenhost.spawn(read).result()
