# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task in system() ends its shell, and its keys are put back.
# hooks: system
# expect: cancelled
# expect: no child left
import os
import signal

import greenhost


def run():
    try:
        os.system("exec sleep 60")
        greenhost.checkpoint()
    except greenhost.Cancelled:
        print("cancelled")


task = greenhost.spawn(run)
greenhost.checkpoint()
task.cancel()
task.join()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child left")
