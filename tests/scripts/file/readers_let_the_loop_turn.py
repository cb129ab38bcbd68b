# SPDX-License-Identifier: MIT OR Apache-2.0
# What is in memory is never waited for, but who reads a lot of it, in many calls or in one, lets the others
# run.
# options: --pin-warn=0
# expect: many reads: the other ran
# expect: one read: the other ran
import os

import greenhost

with open("data", "wb") as file:
    file.write(bytes(32 << 20))
descriptor = os.open("data", os.O_RDONLY)
buffers = [bytearray(1 << 20)] * 32


def other(ran):
    greenhost.sleep(0.001)
    ran.append(True)


def many():
    ran = []
    greenhost.spawn(other, ran)
    while not ran:
        os.pread(descriptor, 4096, 0)
    print("many reads: the other ran")


def large():
    ran, calls = [], 0
    greenhost.spawn(other, ran)
    while not ran:
        os.preadv(descriptor, buffers, 0)
        calls += 1
    print("one read: the other ran" if calls < 8 else calls)


greenhost.spawn(many).join()
greenhost.spawn(large).join()
