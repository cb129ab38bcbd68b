# SPDX-License-Identifier: MIT OR Apache-2.0
# A regular file is ready at once, and has no urgent data, however long one waits.
# hooks: poll
# expect: [1]
# expect: [4]
# expect: [1]
# expect: []
import os
import select

import greenhost

r, w = os.pipe()


def wait(events, also=None):
    poller = select.poll()
    with open(__file__) as file:
        poller.register(file, events)
        if also is not None:
            poller.register(also, select.POLLIN)
        print([ready for _, ready in poller.poll(20)])


def wait_all():
    wait(select.POLLIN)
    wait(select.POLLOUT)
    wait(select.POLLIN, r)
    wait(select.POLLPRI, r)


greenhost.spawn(wait_all).join()
