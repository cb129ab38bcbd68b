# SPDX-License-Identifier: MIT OR Apache-2.0
# A descriptor that is not open is told at once, beside one that never gets ready.
# hooks: poll
# expect: [True]
import os
import select

import greenhost

r, w = os.pipe()


def wait():
    poller = select.poll()
    poller.register(r, select.POLLIN)
    gone = os.dup(r)
    poller.register(gone, select.POLLIN)
    os.close(gone)
    print([(fd, events) == (gone, select.POLLNVAL) for fd, events in poller.poll()])


greenhost.spawn(wait).join()
