# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks read one pipe. Each byte reaches one of them, and the end reaches both.
# expect: 100000 bytes
# expect: both saw the end
import os

import greenhost

reader, writer = os.pipe()


def read():
    count = 0
    while chunk := os.read(reader, 1000):
        count += len(chunk)
        greenhost.checkpoint()
    return count


readers = [greenhost.spawn(read), greenhost.spawn(read)]
for _ in range(100):
    os.write(writer, bytes(1000))
    greenhost.checkpoint()
os.close(writer)
print(sum(task.result() for task in readers), "bytes")
print("both saw the end")
