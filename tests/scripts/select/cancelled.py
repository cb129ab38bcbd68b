# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task that is blocked in select() raises there.
# hooks: select
# expect: cancelled
import os
import select

import greenhost

r, w = os.pipe()


def wait():
    try:
        select.select([r], [], [])
    except greenhost.Cancelled:
        print("cancelled")


task = greenhost.spawn(wait)
greenhost.checkpoint()
task.cancel()
task.join()
