# SPDX-License-Identifier: MIT OR Apache-2.0
# With no events asked for, poll() still tells of a peer that hung up, and of nothing else.
# hooks: poll
# expect: still parked
# expect: [16]
import os
import select

import greenhost

r, w = os.pipe()


def wait():
    poller = select.poll()
    poller.register(r, 0)
    print([events for _, events in poller.poll()])


task = greenhost.spawn(wait)
greenhost.checkpoint()
os.write(w, b"x")
greenhost.sleep(0)
greenhost.sleep(0.01)
print("still", task.state)
os.close(w)
task.join()
