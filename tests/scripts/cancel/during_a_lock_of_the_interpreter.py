# SPDX-License-Identifier: MIT OR Apache-2.0
# Locks that CPython takes without asking for signals (a buffered file's, here) outlast a cancel.
# expect: the writer is in the lock
# expect: both wrote: b'firstsecond'
# expect: Cancelled after the write
import io
import threading
import time

import greenhost


class SlowFile(io.RawIOBase):
    written = b""

    def writable(self):
        return True

    def write(self, data):
        time.sleep(0.01)
        SlowFile.written += bytes(data)
        return len(data)


file = io.BufferedWriter(SlowFile())


def write(data):
    file.write(data)
    file.flush()


def write_then_notice(data):
    write(data)
    for _ in range(10):
        pass


first = greenhost.spawn(write, b"first")
greenhost.checkpoint()
second = greenhost.spawn(write_then_notice, b"second")
greenhost.checkpoint()
print("the writer is in the lock" if "sem_wait" in repr(second) else second)
second.cancel()
first.result()
try:
    second.result()
except greenhost.Cancelled:
    file.flush()
    print("both wrote:", SlowFile.written)
    print("Cancelled after the write")
