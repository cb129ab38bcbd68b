# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks, each with the lock that the other wants, and main that waits for them.
# expect-exit: 70
# expect-stderr: task-2: parked in sem_wait(.|\n)*with second(.|\n)*task-3: parked in sem_wait(.|\n)*with first
import threading

import greenhost

first, second = threading.Lock(), threading.Lock()


def one():
    with first:
        greenhost.checkpoint()
        with second:
            pass


def other():
    with second:
        greenhost.checkpoint()
        with first:
            pass


tasks = [greenhost.spawn(one), greenhost.spawn(other)]
for task in tasks:
    task.join()
