# SPDX-License-Identifier: MIT OR Apache-2.0
"""In the child of a fork its parent's operations are cancelled; the parent's own go on."""
# expect: child: 4 cancelled
# expect: child: its own work 7
# expect: parent: child ended with 0
# expect: parent: readable
# expect: parent: the sleep is pending

import os
import signal
import threading
import time

from greenhost import Cancelled, await_, ops

reader, writer = os.pipe()
gate = threading.Event()
operations = [
    ops.readable(reader),
    ops.sleep(100),
    ops.signal(signal.SIGUSR1),
    ops.work(gate.wait),
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
gate.set()
operations[3].result()
await_(ops.sleep(0.001))
print("parent: the sleep is", "done" if operations[1].done() else "pending")
operations[1].cancel()
