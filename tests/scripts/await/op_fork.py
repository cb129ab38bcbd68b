# SPDX-License-Identifier: MIT OR Apache-2.0
"""In the child of a fork its parent's operations are cancelled; the parent's own go on."""
# expect: child: 4 cancelled
# expect: child: its own work 7
# expect: parent: child ended with 0
# expect: parent: readable

import os
import signal
import time

from greenhost import Cancelled, await_, ops

reader, writer = os.pipe()
operations = [
    ops.readable(reader),
    ops.sleep(0.2),
    ops.signal(signal.SIGUSR1),
    ops.work(time.sleep, 0.1),
]
time.sleep(0.01)
pid = os.fork()
if pid == 0:
    cancelled = 0
    for operation in operations:
        try:
            await_(operation)
        except Cancelled:
            cancelled += 1
    print("child:", cancelled, "cancelled")
    print("child: its own work", await_(ops.work(int, "7")), flush=True)
    os._exit(0)
print("parent: child ended with", await_(ops.wait_process(pid)))
os.write(writer, b"x")
await_(operations[0])
print("parent: readable")
operations[3].result()
operations[1].result()
