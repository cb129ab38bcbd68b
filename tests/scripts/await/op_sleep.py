# SPDX-License-Identifier: MIT OR Apache-2.0
"""A sleep is under way from the moment it is made, while the program does something else."""
# expect: pending False
# expect: short
# expect: long
# expect: None None True
# expect: done without anybody waiting: True
# expect: nothing at all is soon done

import time

from greenhost import await_, ops, spawn

long, short = ops.sleep(0.2), ops.sleep(0.1)
print("pending", long.done())
waiting = [
    spawn(lambda: (await_(long), print("long"))),
    spawn(lambda: (await_(short), print("short"))),
]
for task in waiting:
    task.join()
print(await_(long), short.result(), short.done())
alone = ops.sleep(0.05)
time.sleep(0.05)
print("done without anybody waiting:", alone.done())
for seconds in (0, -1, -float("inf"), True - 1):
    await_(ops.sleep(seconds))
print("nothing at all is soon done")
