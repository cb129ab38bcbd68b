# SPDX-License-Identifier: MIT OR Apache-2.0
# Signals are the main task's. One that comes while the kernel takes what another task writes to a
# terminal does not end that task's write early.
# expect: wrote: {1000}
import os
import pty
import signal
import tty

import greenhost


def write_often():
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    for _ in range(100):
        writer = greenhost.spawn(os.write, theirs, b"y" * 1000)
        received = 0
        while received < 1000 and not (writer.done() and writer.result() < 1000):
            received += len(os.read(ours, 1000))
        counts.add(writer.result())
    os.close(ours)
    os.close(theirs)


counts = set()
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
for task in [greenhost.spawn(write_often) for _ in range(20)]:
    task.join()
signal.setitimer(signal.ITIMER_REAL, 0)
print("wrote:", counts)
