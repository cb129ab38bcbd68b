# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that swallows the cancel at exit, and blocks on, does not hold the process for long.
# expect: main ends
# expect-stderr: 1 task was still alive
import time

import greenhost


def stubborn():
    while True:
        try:
            time.sleep(20)
        except BaseException:
            pass


greenhost.spawn(stubborn)
greenhost.checkpoint()
print("main ends")
