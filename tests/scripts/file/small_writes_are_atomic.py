# SPDX-License-Identifier: MIT OR Apache-2.0
# What is not larger than PIPE_BUF is written to a pipe or FIFO at once or not at all, however little
# room there is, and never mixed with what others write.
# hooks: write
# expect: pipe True
# expect: fifo True
import os
import select

import greenhost

SIZES = (1, 100, 1000, 3001, 4095, 4096)


def write(fd, letter, size):
    for _ in range(50):
        assert os.write(fd, letter * size) == size


def check(fd):
    """Every run of a letter is a whole number of writes of that letter's size."""
    data = b""
    while chunk := os.read(fd, 777):
        data += chunk
    good, position = len(data) == 50 * sum(SIZES), 0
    while good and position < len(data):
        size = SIZES[data[position] - ord("a")]
        good = data[position : position + size] == data[position : position + 1] * size
        position += size
    return good


def run(name, reader, writer):
    listener = greenhost.spawn(check, reader)
    tasks = [
        greenhost.spawn(write, writer, bytes([ord("a") + index]), size)
        for index, size in enumerate(SIZES)
    ]
    for task in tasks:
        task.result()
    os.close(writer)
    print(name, listener.result())


run("pipe", *os.pipe())
os.mkfifo("fifo")
both = os.open("fifo", os.O_RDWR)
reader, writer = os.open("fifo", os.O_RDONLY), os.open("fifo", os.O_WRONLY)
os.close(both)
run("fifo", reader, writer)
