# SPDX-License-Identifier: MIT OR Apache-2.0
# The kernel does not interrupt who waits for a disk. A cancelled fsync is done, and the exception
# comes with the next call that waits.
# expect: fsync is done
# expect: Cancelled
import os
import time

import greenhost

fd = os.open("data", os.O_RDWR | os.O_CREAT)


def sync():
    os.fsync(fd)
    print("fsync is done")
    time.sleep(60)


task = greenhost.spawn(sync)
greenhost.checkpoint()
task.cancel()
try:
    task.result()
except greenhost.Cancelled as error:
    print(type(error).__name__)
