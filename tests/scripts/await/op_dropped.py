# SPDX-License-Identifier: MIT OR Apache-2.0
"""An operation that nobody refers to any more is stopped, whichever thread dropped it."""
# expect: a signal that nobody wants kills: -10
# expect: dropped by another thread, it kills too: -10
# expect: an unseen result is no leak: None

import subprocess
import sys
import weakref

from greenhost import await_, ops

here = """
operation = ops.signal(10)
del operation
"""
there = """
box = [ops.signal(10)]
await_(ops.work(box.clear))
time.sleep(0.01)
"""
program = """
import os, time
from greenhost import await_, ops
{}
os.kill(os.getpid(), 10)
time.sleep(0.1)
"""


def run(drop):
    return subprocess.run([sys.executable, "-c", program.format(drop)]).returncode


print("a signal that nobody wants kills:", run(here))
print("dropped by another thread, it kills too:", run(there))


class Result:
    """Something that can be referred to weakly."""


seen = []


def make():
    result = Result()
    seen.append(weakref.ref(result))
    return result


operation = ops.work(make)
while not seen:
    await_(ops.sleep(0.001))
del operation
while seen[0]() is not None:
    await_(ops.sleep(0.001))
print("an unseen result is no leak:", seen[0]())
