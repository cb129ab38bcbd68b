# SPDX-License-Identifier: MIT OR Apache-2.0
"""100,000 tasks in time.sleep(), each within 8 KiB."""
# measures: memory
# expect: 100000 parked at once
# expect: within 8 KiB each
# expect: 100000 woken

import resource
import sys
import time

import greenhost
from greenhost import spawn

MANY = 100_000


def kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def nap():
    try:
        time.sleep(1000)
    except greenhost.Cancelled:
        woken.append(1)


woken = []
before = kib()
tasks = [spawn(nap) for _ in range(MANY)]
time.sleep(0)
print(sum(task.state == "parked" for task in tasks), "parked at once")
each = (kib() - before) / MANY
if each < 8:
    print("within 8 KiB each")
for task in tasks:
    task.cancel()
for task in tasks:
    task.join()
print(len(woken), "woken")
if len(sys.argv) > 1:
    print(f"{each:.2f} KiB each", file=sys.stderr)
