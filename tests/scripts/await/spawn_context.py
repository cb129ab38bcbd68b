# SPDX-License-Identifier: MIT OR Apache-2.0
"""A task has a copy of the contextvars as they were when it was spawned."""
# expect: child: at spawn
# expect: grandchild: in child
# expect: parent: after
# expect: side by side: [0, 1, 2]

import contextvars
import time

from greenhost import spawn

variable = contextvars.ContextVar("variable")


def child():
    print("child:", variable.get())
    variable.set("in child")
    spawn(lambda: print("grandchild:", variable.get())).join()


variable.set("at spawn")
task = spawn(child)
variable.set("after")
task.result()
print("parent:", variable.get())


def keep(n):
    variable.set(n)
    time.sleep(0.001)
    return variable.get()


print("side by side:", [task.result() for task in [spawn(keep, n) for n in range(3)]])
