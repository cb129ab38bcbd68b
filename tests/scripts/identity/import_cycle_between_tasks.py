# SPDX-License-Identifier: MIT OR Apache-2.0
# Two tasks that import each other's module half-way: importlib sees the deadlock, as with threads.
# expect: 1 2
import pathlib
import sys

import greenhost

for name, other in ("one", "two"), ("two", "one"):
    value = 1 if name == "one" else 2
    pathlib.Path(name + ".py").write_text(
        f"""
import time
value = {value}
time.sleep(0.01)
import {other}
"""
    )
sys.path.insert(0, ".")


def load(name):
    return __import__(name).value


print(*(task.result() for task in [greenhost.spawn(load, name) for name in ("one", "two")]))
