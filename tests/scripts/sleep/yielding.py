# SPDX-License-Identifier: MIT OR Apache-2.0
# A spin-wait on sched_yield, or on a sleep of no time, lets the others run.
# hooks: sched_yield
# expect: sched_yield
# expect: sleep(0)
import os
import time

from greenhost import spawn

seen: list[str] = []


def spin(name: str, give_way: object) -> None:
    while name not in seen:
        give_way()  # type: ignore[operator]
    print(name)


for name, give_way in (
    ("sched_yield", os.sched_yield),
    ("sleep(0)", lambda: time.sleep(0)),
):
    task = spawn(spin, name, give_way)
    spawn(seen.append, name)
    task.join()
