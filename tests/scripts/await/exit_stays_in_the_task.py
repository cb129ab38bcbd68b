# SPDX-License-Identifier: MIT OR Apache-2.0
"""SystemExit and KeyboardInterrupt that end a task are its outcome, and end nothing else."""
# expect: SystemExit(3)
# expect: KeyboardInterrupt()
# expect: GeneratorExit()
# expect: main goes on
# expect-exit: 0

import sys
import time

from greenhost import spawn


def interrupted():
    raise KeyboardInterrupt


def closed():
    raise GeneratorExit


for function in (lambda: sys.exit(3), interrupted, closed):
    task = spawn(function)
    time.sleep(0)
    try:
        task.result()
    except BaseException as error:
        print(repr(error))
spawn(sys.exit, 5)
time.sleep(0.01)
print("main goes on")
