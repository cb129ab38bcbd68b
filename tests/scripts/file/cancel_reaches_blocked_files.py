# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling raises in the task where it is blocked: reading, writing, locking, opening a FIFO.
# hooks: read write flock open64
# expect: read: Cancelled
# expect: write: Cancelled
# expect: flock: Cancelled
# expect: open: Cancelled
# expect: all is as it was
import fcntl
import os

import greenhost

reader, writer = os.pipe()
full_reader, full_writer = os.pipe()
os.write(full_writer, bytes(fcntl.fcntl(full_writer, fcntl.F_GETPIPE_SZ)))
first, second = open("lock", "w"), open("lock", "w")
fcntl.flock(first, fcntl.LOCK_EX)
os.mkfifo("fifo")


def blocked(name, call, *arguments):
    task = greenhost.spawn(call, *arguments)
    greenhost.checkpoint()
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled as error:
        print(f"{name}: {type(error).__name__}")


blocked("read", os.read, reader, 10)
blocked("write", os.write, full_writer, b"x")
blocked("flock", fcntl.flock, second, fcntl.LOCK_EX)
blocked("open", os.open, "fifo", os.O_RDONLY)

# None of them did anything.
os.write(writer, b"kept")
assert os.read(reader, 10) == b"kept"
fcntl.flock(first, fcntl.LOCK_UN)
fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
try:
    os.open("fifo", os.O_WRONLY | os.O_NONBLOCK)
except OSError:
    print("all is as it was")
