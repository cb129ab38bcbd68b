# SPDX-License-Identifier: MIT OR Apache-2.0
# What does not wait, or is no lock at all, is answered at once and unchanged.
# expect: EAGAIN
# expect: EAGAIN
# expect: EBADF
# expect: EINVAL
# expect: 0
# expect: 2
import errno
import fcntl
import os
import struct

import greenhost

first = os.open("lock", os.O_RDWR | os.O_CREAT)
second = os.open("lock", os.O_RDWR)
third = os.open("lock", os.O_RDONLY)
fcntl.flock(first, fcntl.LOCK_EX)


def say(call, *arguments):
    try:
        print(call(*arguments))
    except OSError as error:
        print(errno.errorcode[error.errno])


def refused():
    say(fcntl.flock, second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.fcntl(first, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
    say(fcntl.lockf, second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    say(fcntl.lockf, third, fcntl.LOCK_EX)
    say(fcntl.fcntl, first, 9999)
    say(fcntl.fcntl, first, fcntl.F_SETFD, 0)
    say(lambda: fcntl.fcntl(first, fcntl.F_GETFL) & os.O_ACCMODE)


greenhost.spawn(refused).result()
