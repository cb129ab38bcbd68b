# SPDX-License-Identifier: MIT OR Apache-2.0
# From file to file the kernel copies, while other tasks run; offsets move as they should.
# hooks: copy_file_range sendfile64
# expect: copy_file_range parked, then 1000000
# expect: sendfile parked, then 1000000
# expect: 300 True
import os

import greenhost

data = os.urandom(1_000_000)
source = os.open("source", os.O_RDWR | os.O_CREAT)
os.write(source, data)
target = os.open("target", os.O_RDWR | os.O_CREAT)


def copy(name, call, *arguments):
    task = greenhost.spawn(call, *arguments)
    greenhost.checkpoint()
    print(f"{name} {task.state}, then {task.result()}")
    assert os.pread(target, 2_000_000, 0) == data
    os.ftruncate(target, 0)


copy("copy_file_range", os.copy_file_range, source, target, 2_000_000, 0)
os.lseek(target, 0, os.SEEK_SET)
copy("sendfile", os.sendfile, target, source, 0, 2_000_000)
os.lseek(target, 0, os.SEEK_SET)
os.lseek(source, 500, os.SEEK_SET)
count = greenhost.spawn(os.copy_file_range, source, target, 300).result()
same = os.pread(target, 1000, 0) == data[500:800]
print(count, same and os.lseek(source, 0, os.SEEK_CUR) == os.lseek(target, 0, os.SEEK_CUR) + 500)
