# SPDX-License-Identifier: MIT OR Apache-2.0
# A task in poll() parks, and its descriptor becoming ready wakes it.
# hooks: poll
# expect: main goes on
# expect: the task has [(True, 1)]
import os
import select

import greenhost

r, w = os.pipe()


def wait():
    poller = select.poll()
    poller.register(r, select.POLLIN)
    print("the task has", [(fd == r, events) for fd, events in poller.poll()])


task = greenhost.spawn(wait)
greenhost.checkpoint()
print("main goes on")
os.write(w, b"x")
task.join()
