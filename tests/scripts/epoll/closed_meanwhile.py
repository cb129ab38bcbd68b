# SPDX-License-Identifier: MIT OR Apache-2.0
# An epoll descriptor that is closed while a task waits in it is an error there.
# hooks: epoll_wait
# expect: EBADF
import errno
import select

import greenhost

poller = select.epoll()


def wait():
    try:
        poller.poll()
    except OSError as error:
        print(errno.errorcode[error.errno])


task = greenhost.spawn(wait)
greenhost.checkpoint()
poller.close()
task.join()
