# SPDX-License-Identifier: MIT OR Apache-2.0
# An epoll descriptor inside another, and one in poll(), tell of their events.
# hooks: epoll_wait poll
# expect: epoll True
# expect: poll True
import os
import select

import greenhost

r, w = os.pipe()
inner, outer = select.epoll(), select.epoll()
inner.register(r, select.EPOLLIN)
outer.register(inner.fileno(), select.EPOLLIN)


def wait_outer():
    print("epoll", outer.poll() == [(inner.fileno(), select.EPOLLIN)])


def wait_poll():
    poller = select.poll()
    poller.register(outer.fileno(), select.POLLIN)
    print("poll", poller.poll() == [(outer.fileno(), select.POLLIN)])


for function in (wait_outer, wait_poll):
    task = greenhost.spawn(function)
    greenhost.checkpoint()
    os.write(w, b"x")
    task.join()
    os.read(r, 1)
