# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that waits for a descriptor which is closed or replaced wakes with EBADF.
# hooks: close dup2 dup3 close_range closefrom fclose
# expect: close EBADF
# expect: dup2 EBADF
# expect: dup3 EBADF
# expect: close_range EBADF
# expect: closefrom EBADF
# expect: fclose EBADF
import ctypes
import errno
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
libc.fdopen.restype = ctypes.c_void_p
HIGH = 500


def closed_by(name, close):
    reader, writer = os.pipe()
    os.dup2(reader, HIGH)
    task = greenhost.spawn(os.read, HIGH, 1)
    greenhost.checkpoint()
    close()
    try:
        task.result()
    except OSError as error:
        print(name, errno.errorcode[error.errno])
    os.close(reader)
    os.close(writer)


closed_by("close", lambda: os.close(HIGH))
closed_by("dup2", lambda: libc.dup2(0, HIGH))
closed_by("dup3", lambda: libc.dup3(0, HIGH, 0))
closed_by("close_range", lambda: libc.close_range(HIGH, HIGH + 10, 0))
closed_by("closefrom", lambda: libc.closefrom(HIGH))
closed_by("fclose", lambda: libc.fclose(ctypes.c_void_p(libc.fdopen(HIGH, b"r"))))
