# SPDX-License-Identifier: MIT OR Apache-2.0
# A timeout is kept, never cut short, with and without descriptors.
# hooks: poll
# expect: [] True
# expect: [] True
# expect: [] True
import os
import select
import time

import greenhost

r, w = os.pipe()


def wait(descriptors):
    poller = select.poll()
    for fd in descriptors:
        poller.register(fd, select.POLLIN)
    start = time.monotonic()
    ready = poller.poll(40)
    print(ready, time.monotonic() - start >= 0.04)


def wait_all():
    wait([])
    wait([r])
    wait([r, os.dup(r)])


greenhost.spawn(wait_all).join()
