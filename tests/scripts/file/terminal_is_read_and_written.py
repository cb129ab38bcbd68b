# SPDX-License-Identifier: MIT OR Apache-2.0
# A terminal gives whole lines, takes more than it has room for, and ends when its other side does.
# hooks: read write
# expect: parked
# expect: b'hello\n'
# expect: True
# expect: EIO
import errno
import os
import pty
import termios
import tty

import greenhost

master, slave = pty.openpty()
attributes = termios.tcgetattr(slave)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(slave, termios.TCSANOW, attributes)

task = greenhost.spawn(os.read, slave, 100)
greenhost.checkpoint()
os.write(master, b"hel")
greenhost.checkpoint()
print(task.state)
os.write(master, b"lo\n")
print(task.result())

tty.setraw(slave, termios.TCSANOW)
data = os.urandom(500_000)


def listen():
    got = bytearray()
    while len(got) < len(data):
        got += os.read(master, 10_000)
    return got


listener = greenhost.spawn(listen)
count = greenhost.spawn(os.write, slave, data).result()
print(count == len(data) and listener.result() == data)

os.close(slave)
try:
    greenhost.spawn(os.read, master, 1).result()
except OSError as error:
    print(errno.errorcode[error.errno])
