# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that interrupts a write which has written something makes it return how much, and one
# that has written nothing goes on after the handler, as python's own calls do.
# hooks: write
# expect: handler
# expect: 65536
# expect: handler
# expect: 4
import fcntl
import os
import signal

import greenhost

reader, writer = os.pipe()
room = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 65536)
signal.signal(signal.SIGUSR1, lambda *_: print("handler"))


def interrupt():
    os.kill(os.getpid(), signal.SIGUSR1)


greenhost.spawn(interrupt)
print(os.write(writer, bytes(1_000_000)))


def interrupt_and_make_room():
    interrupt()
    greenhost.checkpoint()
    greenhost.checkpoint()
    os.read(reader, 65536)


greenhost.spawn(interrupt_and_make_room)
print(os.write(writer, b"abcd"))
