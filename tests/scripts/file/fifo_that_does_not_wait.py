# SPDX-License-Identifier: MIT OR Apache-2.0
# Opening a FIFO with O_NONBLOCK or O_RDWR does not wait, and says so as it always has.
# expect: ENXIO
# expect: reader
# expect: both
# expect: b''
# expect: EAGAIN
import errno
import os

import greenhost

os.mkfifo("fifo")


def open_all():
    try:
        os.open("fifo", os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        print(errno.errorcode[error.errno])
    reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    print("reader")
    os.open("fifo", os.O_RDWR)
    print("both")
    return reader


os.mkfifo("other")
other = greenhost.spawn(lambda: os.read(os.open("other", os.O_RDONLY | os.O_NONBLOCK), 10))
reader = greenhost.spawn(open_all).result()
print(other.result())
try:
    greenhost.spawn(os.read, reader, 1).result()
except BlockingIOError as error:
    print(errno.errorcode[error.errno])
