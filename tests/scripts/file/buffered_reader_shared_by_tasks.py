# SPDX-License-Identifier: MIT OR Apache-2.0
# A buffered reader has a lock, which one task holds while it waits for the pipe and others for it.
# hooks: read
# expect: [b'eno', b'owt', b'xis']
import os

import greenhost

reader, writer = os.pipe()
buffered = os.fdopen(reader, "rb")
tasks = [greenhost.spawn(buffered.read, 3) for _ in range(3)]
greenhost.checkpoint()
for text in (b"e", b"noow", b"tx", b"is"):
    os.write(writer, text)
    greenhost.checkpoint()
    greenhost.checkpoint()
print(sorted(task.result() for task in tasks))
