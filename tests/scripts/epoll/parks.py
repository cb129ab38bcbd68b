# SPDX-License-Identifier: MIT OR Apache-2.0
# A task in epoll_wait() parks, and an event wakes it.
# hooks: epoll_wait
# expect: main goes on
# expect: [True]
# expect: []
import os
import select

import greenhost

r, w = os.pipe()
poller = select.epoll()
poller.register(r, select.EPOLLIN)


def wait(seconds):
    print([(fd, events) == (r, select.EPOLLIN) for fd, events in poller.poll(seconds)])


task = greenhost.spawn(wait, None)
greenhost.checkpoint()
print("main goes on")
os.write(w, b"x")
task.join()
os.read(r, 1)
greenhost.spawn(wait, 0.01).join()
