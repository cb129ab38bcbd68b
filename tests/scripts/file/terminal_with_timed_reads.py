# SPDX-License-Identifier: MIT OR Apache-2.0
# A terminal whose reads end by a timer, or want many bytes, is not judged by what poll says of it.
# hooks: read
# expect: nothing at once: b''
# expect: nothing in time: b''
# expect: three wanted: parked
# expect: then: b'abc'
# expect: master: b'echo'
import os
import pty
import termios
import tty

import greenhost

master, slave = pty.openpty()
tty.setraw(slave, termios.TCSANOW)


def set_reads(least, tenths):
    attributes = termios.tcgetattr(slave)
    attributes[6][termios.VMIN], attributes[6][termios.VTIME] = least, tenths
    termios.tcsetattr(slave, termios.TCSANOW, attributes)


set_reads(0, 0)
print("nothing at once:", greenhost.spawn(os.read, slave, 10).result())
set_reads(0, 1)
print("nothing in time:", greenhost.spawn(os.read, slave, 10).result())
set_reads(3, 0)
task = greenhost.spawn(os.read, slave, 10)
greenhost.checkpoint()
os.write(master, b"ab")
greenhost.checkpoint()
print("three wanted:", task.state)
os.write(master, b"c")
print("then:", task.result())
set_reads(0, 0)
task = greenhost.spawn(os.read, master, 10)
greenhost.checkpoint()
os.write(slave, b"echo")
print("master:", task.result())
