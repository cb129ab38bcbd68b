# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks that write to one buffered file, whose raw file blocks, do not meet in it.
# expect: aaaabbbb
import io
import time

import greenhost


class SlowFile(io.RawIOBase):
    inside = 0
    written = b""

    def writable(self):
        return True

    def write(self, data):
        assert not SlowFile.inside
        SlowFile.inside += 1
        time.sleep(0.001)
        SlowFile.written += bytes(data)
        SlowFile.inside -= 1
        return len(data)


file = io.BufferedWriter(SlowFile(), 4)


def write(data):
    file.write(data)
    file.flush()


for task in [greenhost.spawn(write, data) for data in (b"aaaa", b"bbbb")]:
    task.result()
print(SlowFile.written.decode())
