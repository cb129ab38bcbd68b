# SPDX-License-Identifier: MIT OR Apache-2.0
# A descriptor that the program made non-blocking says EAGAIN; one that it did not is never made so.
# expect: read EAGAIN
# expect: write 65536
# expect: write EAGAIN
# expect: fifo EAGAIN
# expect: terminal EAGAIN
# expect: sendfile EAGAIN
# expect: blocking ones are still blocking
import errno
import fcntl
import os
import pty
import socket

import greenhost


def say(name, call, *arguments):
    try:
        print(name, call(*arguments))
    except BlockingIOError as error:
        print(name, errno.errorcode[error.errno])


def run():
    reader, writer = os.pipe2(os.O_NONBLOCK)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 65536)
    say("read", os.read, reader, 1)
    say("write", os.write, writer, bytes(100_000))
    say("write", os.write, writer, bytes(100_000))
    os.mkfifo("fifo")
    say("fifo", os.read, os.open("fifo", os.O_RDWR | os.O_NONBLOCK), 1)
    terminal = pty.openpty()[1]
    os.set_blocking(terminal, False)
    say("terminal", os.read, terminal, 1)
    near, far = socket.socketpair()
    near.setblocking(False)
    with open("data", "wb") as file:
        file.truncate(10_000_000)
    with open("data", "rb") as file:
        os.sendfile(near.fileno(), file.fileno(), 0, 10_000_000)
        say("sendfile", os.sendfile, near.fileno(), file.fileno(), 0, 1)


greenhost.spawn(run).result()
reader, writer = os.pipe()
task = greenhost.spawn(os.read, reader, 1)
greenhost.checkpoint()
flags = fcntl.fcntl(reader, fcntl.F_GETFL)
os.write(writer, b"x")
task.result()
print(f"blocking ones are still {'non-' if flags & os.O_NONBLOCK else ''}blocking")
