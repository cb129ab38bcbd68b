# SPDX-License-Identifier: MIT OR Apache-2.0
# Tasks that read what is in memory do so one after the other, and who wakes up meanwhile does not wait for
# them all.
# options: --pin-warn=0
# expect: awake before 16 have read
# expect: 16 have read
import os

import greenhost

with open("data", "wb") as file:
    file.write(bytes(4 << 20))
descriptor = os.open("data", os.O_RDONLY)
buffer = bytearray(1 << 18)
ended = []


def read():
    for _ in range(8):
        for offset in range(0, 4 << 20, 1 << 18):
            os.preadv(descriptor, [buffer], offset)
    ended.append(True)


def sleep():
    greenhost.sleep(0.001)
    print("awake before 16 have read" if len(ended) < 16 else "too late")


tasks = [greenhost.spawn(each) for each in (sleep, *[read] * 16)]
for task in tasks:
    task.join()
print(len(ended), "have read")
