# SPDX-License-Identifier: MIT OR Apache-2.0
# epoll_pwait and epoll_pwait2 wait as epoll_wait does.
# hooks: epoll_pwait epoll_pwait2
# expect: main goes on
# expect: 1
# expect: main goes on
# expect: 1
# expect: 0
# expect: 0
import ctypes
import os
import select

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
r, w = os.pipe()
poller = select.epoll()
poller.register(r, select.EPOLLIN)
events = ctypes.create_string_buffer(64)
SHORT = (ctypes.c_long * 2)(0, 5_000_000)


def pwait(timeout=-1):
    print(libc.epoll_pwait(poller.fileno(), events, 4, timeout, None))


def pwait2(timeout=None):
    print(libc.epoll_pwait2(poller.fileno(), events, 4, timeout, None))


for function in (pwait, pwait2):
    task = greenhost.spawn(function)
    greenhost.checkpoint()
    print("main goes on")
    os.write(w, b"x")
    task.join()
    os.read(r, 1)
greenhost.spawn(pwait, 5).join()
greenhost.spawn(pwait2, SHORT).join()
