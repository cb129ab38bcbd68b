# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task that is blocked in epoll_wait() raises there.
# hooks: epoll_wait
# expect: cancelled
import select

import greenhost


def wait():
    try:
        select.epoll().poll()
    except greenhost.Cancelled:
        print("cancelled")


task = greenhost.spawn(wait)
greenhost.checkpoint()
task.cancel()
task.join()
