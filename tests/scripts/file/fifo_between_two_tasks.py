# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks open a FIFO, one at each end, and more goes through than it holds.
# expect: the writer comes first
# expect: 1000000 True
import os

import greenhost

data = os.urandom(1_000_000)
os.mkfifo("fifo")


def write():
    print("the writer comes first")
    with open("fifo", "wb", buffering=0) as fifo:
        return fifo.write(data)


def read():
    with open("fifo", "rb") as fifo:
        return fifo.read()


writer, reader = greenhost.spawn(write), greenhost.spawn(read)
print(writer.result(), reader.result() == data)
