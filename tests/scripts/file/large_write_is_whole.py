# SPDX-License-Identifier: MIT OR Apache-2.0
# A blocking write writes everything, in many steps if the pipe is small.
# hooks: write writev
# expect: 1000000 True
# expect: 900000 True
import os

import greenhost

data = os.urandom(1_000_000)


def listen(reader):
    with open(reader, "rb") as file:
        return file.read()


def run(write):
    reader, writer = os.pipe()
    listener = greenhost.spawn(listen, reader)
    task = greenhost.spawn(write, writer)
    count = task.result()
    os.close(writer)
    print(count, listener.result() == data[:count])


parts = [data[:10], b"", data[10:100_000], data[100_000:900_000], b""]
run(lambda writer: os.write(writer, data))
run(lambda writer: os.writev(writer, parts))
