# SPDX-License-Identifier: MIT OR Apache-2.0
# A loop around poll(0) lets the others run, and can be cancelled.
# hooks: poll
# expect: the others ran
# expect: cancelled
import select

import greenhost


def spin():
    poller = select.poll()
    try:
        while True:
            poller.poll(0)
    except greenhost.Cancelled:
        print("cancelled")


task = greenhost.spawn(spin)
greenhost.sleep(0.01)
print("the others ran")
task.cancel()
task.join()
