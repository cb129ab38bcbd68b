# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancelling a task that waits for a child raises there, and leaves the child for the next.
# hooks: waitpid wait
# expect: cancelled
# expect: cancelled
# expect: reaped: True
import os

import greenhost

pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})


def wait(call, *args):
    try:
        call(*args)
    except greenhost.Cancelled:
        print("cancelled")


for call, *args in ((os.waitpid, pid, 0), (os.wait,)):
    task = greenhost.spawn(wait, call, *args)
    greenhost.checkpoint()
    task.cancel()
    task.join()
os.kill(pid, 9)
print("reaped:", greenhost.spawn(os.waitpid, pid, 0).result()[0] == pid)
