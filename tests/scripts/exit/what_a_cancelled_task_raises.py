# SPDX-License-Identifier: MIT OR Apache-2.0
# What tasks raise when they are cancelled at exit is not told, nor if Ctrl-C cuts their end short; and
# what blocks then, where nobody can park any more, is not waited for.
# expect: main ends
# expect-stderr: ^greenhost: 3 tasks were still alive at exit[^\n]*\n(  task-\d: [^\n]*\n){3}$
import os
import signal
import time

import greenhost


def interrupt():
    try:
        time.sleep(20)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1000)


def fail():
    try:
        time.sleep(20)
    finally:
        raise ValueError("in the end")


tasks = [greenhost.spawn(function) for function in (interrupt, fail, fail)]
greenhost.checkpoint()
print("main ends")
