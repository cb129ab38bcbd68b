# SPDX-License-Identifier: MIT OR Apache-2.0
# A descriptor that is closed while a task is in select() is an error, even if its number has been
# given to another file by then.
# hooks: select
# expect: EBADF
# expect: EBADF
import errno
import os
import select

import greenhost

other, _ = os.pipe()


def wait(*fds):
    try:
        print(select.select(fds, [], []))
    except OSError as error:
        print(errno.errorcode[error.errno])


for others in ((), (other,)):
    r, w = os.pipe()
    task = greenhost.spawn(wait, r, *others)
    greenhost.checkpoint()
    os.close(r)
    os.close(w)
    assert r in os.pipe()
    task.join()
