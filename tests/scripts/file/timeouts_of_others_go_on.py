# SPDX-License-Identifier: MIT OR Apache-2.0
# While a task waits for a pipe, the sleeps of others end when they should.
# hooks: read
# expect: ['tick', 'tick', 'tick', 'read']
import os
import time

import greenhost

reader, writer = os.pipe()
log = []


def read():
    log.append(os.read(reader, 10).decode())


def tick():
    for _ in range(3):
        time.sleep(0.01)
        log.append("tick")
    os.write(writer, b"read")


tasks = [greenhost.spawn(read), greenhost.spawn(tick)]
for task in tasks:
    task.join()
print(log)
