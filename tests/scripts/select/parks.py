# SPDX-License-Identifier: MIT OR Apache-2.0
# A task in select() parks, and any of its descriptors becoming ready wakes it.
# hooks: select
# expect: main goes on
# expect: readable: 1 of 2, writable: 0 of 0
# expect: readable: 0 of 2, writable: 1 of 1
import os
import select

import greenhost

r, w = os.pipe()
other, _ = os.pipe()


def wait(readable, writable):
    can_read, can_write, _ = select.select(readable, writable, [])
    print(
        f"readable: {len(can_read)} of {len(readable)},",
        f"writable: {len(can_write)} of {len(writable)}",
    )


task = greenhost.spawn(wait, [r, other], [])
greenhost.checkpoint()
print("main goes on")
os.write(w, b"x")
task.join()
os.read(r, 1)
greenhost.spawn(wait, [r, other], [w]).join()
