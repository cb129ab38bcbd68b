# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks may poll one descriptor; one that finds it drained by the other goes on waiting.
# hooks: poll
# expect: first has it
# expect: second has it
import os
import select

import greenhost

r, w = os.pipe()
readers = 0


def wait():
    global readers
    poller = select.poll()
    poller.register(r, select.POLLIN)
    poller.poll()
    readers += 1
    print(("first", "second")[readers - 1], "has it")
    os.read(r, 1)


tasks = [greenhost.spawn(wait), greenhost.spawn(wait)]
greenhost.checkpoint()
os.write(w, b"x")
while readers < 1:
    greenhost.checkpoint()
greenhost.sleep(0.01)
os.write(w, b"x")
for task in tasks:
    task.join()
