# SPDX-License-Identifier: MIT OR Apache-2.0
"""A thousand tasks sleep side by side. Run me with: greenhost hello_tasks.py"""

import time

import greenhost

start = time.perf_counter()
tasks = [greenhost.spawn(time.sleep, 0.2) for _ in range(1000)]
for task in tasks:
    task.join()
print(f"{len(tasks):,} sleeps of 0.2 s took {time.perf_counter() - start:.2f} s")
