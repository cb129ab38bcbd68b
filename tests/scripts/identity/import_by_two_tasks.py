# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks import a module that blocks while it is executed: one executes it, the other waits.
# expect: executing
# expect: executed
# expect: both have it: True
import pathlib
import sys

import greenhost

pathlib.Path("slow.py").write_text(
    """
import time
print("executing")
time.sleep(0.01)
value = 42
print("executed")
"""
)
sys.path.insert(0, ".")


def work():
    import slow

    return slow.value


print(
    "both have it:",
    [task.result() for task in [greenhost.spawn(work) for _ in range(2)]] == [42] * 2,
)
