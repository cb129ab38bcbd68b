# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task that is blocked in poll() raises there.
# hooks: poll
# expect: cancelled
# expect: again
import os
import select

import greenhost

r, w = os.pipe()
more = os.dup(r)


def wait(*fds):
    poller = select.poll()
    for fd in fds:
        poller.register(fd, select.POLLIN)
    try:
        poller.poll()
    except greenhost.Cancelled:
        print("cancelled" if len(fds) == 1 else "again")


for fds in ((r,), (r, more)):
    task = greenhost.spawn(wait, *fds)
    greenhost.checkpoint()
    task.cancel()
    task.join()
