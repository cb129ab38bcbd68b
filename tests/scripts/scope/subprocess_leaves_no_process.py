# SPDX-License-Identifier: MIT OR Apache-2.0
# A subprocess.run() that is cancelled, whenever that is, leaves no process behind, no zombie either.
# hooks: kill
# expect: run: stopped
# expect: run with pipes: stopped
# expect: run in a scope that is cancelled already: stopped
# expect: many at once: 20 stopped
# expect: no child is left
import os
import subprocess

import greenhost


def attempt(limit, **kwds):
    with greenhost.move_on_after(limit) as scope:
        subprocess.run(["sleep", "60"], **kwds)
    return "stopped" if scope.cancelled_caught else "went on"


print("run:", attempt(0.02))
print("run with pipes:", attempt(0.02, input=b"x", capture_output=True))
print("run in a scope that is cancelled already:", attempt(0))
tasks = [greenhost.spawn(attempt, 0.02) for _ in range(20)]
print("many at once:", [task.result() for task in tasks].count("stopped"), "stopped")
try:
    print("a child is left:", os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("no child is left")
