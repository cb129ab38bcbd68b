# SPDX-License-Identifier: MIT OR Apache-2.0
# What is registered, changed or closed while a task waits counts for that wait.
# hooks: epoll_wait
# expect: registered meanwhile: True
# expect: changed meanwhile: True
# expect: only the other is left: True
import os
import select

import greenhost

r, w = os.pipe()
r2, w2 = os.pipe()
poller = select.epoll()


def wait(name, fd, events):
    print(f"{name}:", poller.poll() == [(fd, events)])


os.write(w, b"x")
task = greenhost.spawn(wait, "registered meanwhile", r, select.EPOLLIN)
greenhost.checkpoint()
poller.register(r, select.EPOLLIN)
task.join()
poller.register(w2, 0)
os.read(r, 1)
task = greenhost.spawn(wait, "changed meanwhile", w2, select.EPOLLOUT)
greenhost.checkpoint()
poller.modify(w2, select.EPOLLOUT)
task.join()
poller.unregister(w2)
poller.register(r2, select.EPOLLIN)
task = greenhost.spawn(wait, "only the other is left", r2, select.EPOLLIN)
greenhost.checkpoint()
os.close(r)
os.write(w2, b"x")
task.join()
