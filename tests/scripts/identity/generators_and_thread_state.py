# SPDX-License-Identifier: MIT OR Apache-2.0
# A generator that parks in one task and is finished by another keeps the callers' states apart.
# expect: [0, 1, 2, 3]
import time

import greenhost


def numbers():
    for number in range(4):
        time.sleep(0.001)
        yield number


shared = numbers()
got = []


def take():
    got.append(next(shared))


def work():
    take()
    take()


greenhost.spawn(work).result()
greenhost.spawn(work).result()
print(got)
