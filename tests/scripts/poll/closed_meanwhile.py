# SPDX-License-Identifier: MIT OR Apache-2.0
# A descriptor that is closed while a task polls it is told with POLLNVAL, even if its number has
# been given to another file by then; alone and among others.
# hooks: poll
# expect: alone: True
# expect: among others: True
import os
import select

import greenhost

other, _ = os.pipe()


def wait(name, fd, *others):
    poller = select.poll()
    for item in (fd, *others):
        poller.register(item, select.POLLIN)
    print(f"{name}:", poller.poll() == [(fd, select.POLLNVAL)])


for name, others in (("alone", ()), ("among others", (other,))):
    r, w = os.pipe()
    task = greenhost.spawn(wait, name, r, *others)
    greenhost.checkpoint()
    os.close(r)
    os.close(w)
    assert r in os.pipe()
    task.join()
