# SPDX-License-Identifier: MIT OR Apache-2.0
# Numbers that are no descriptor's fail with EBADF, and a dup2 that fails closes nothing.
# expect: EBADF
# expect: EBADF
# expect: EBADF
# expect: EBADF
# expect: b'still here'
import errno
import os

import greenhost

reader, writer = os.pipe()


def say(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        print(errno.errorcode[error.errno])


task = greenhost.spawn(os.read, reader, 100)
greenhost.checkpoint()
say(os.read, 2**31 - 1, 1)
say(os.read, -1, 1)
say(os.close, 2**31 - 1)
say(os.dup2, 2**31 - 1, reader)
os.write(writer, b"still here")
print(task.result())
