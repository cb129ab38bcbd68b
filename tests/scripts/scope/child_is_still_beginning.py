# SPDX-License-Identifier: MIT OR Apache-2.0
# A subprocess whose child is still closing what it does not inherit, when its start is cancelled.
# expect: 20 stopped by a scope
# expect: 20 stopped by themselves
# expect: no child is left
import os
import subprocess

import greenhost

# The kernel closes them after it has let the parent go on, and the pipe that tells of the start last.
descriptors = [os.dup(0) for _ in range(2000)]


def attempt():
    with greenhost.CancelScope() as scope:
        scope.cancel()
        subprocess.run(["sleep", "60"], close_fds=False)
    return scope.cancelled_caught


def attempt_alone():
    greenhost.current_task().cancel()
    try:
        subprocess.run(["sleep", "60"], close_fds=False)
    except greenhost.Cancelled:
        return True


for function, by in (attempt, "a scope"), (attempt_alone, "themselves"):
    tasks = [greenhost.spawn(function) for _ in range(20)]
    print(sum(task.result() for task in tasks), "stopped by", by)
try:
    print("a child is left:", os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("no child is left")
