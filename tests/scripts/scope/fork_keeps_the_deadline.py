# SPDX-License-Identifier: MIT OR Apache-2.0
# In the child of a fork, the time limits that its task is in go on; those of others have no effect.
# expect: child: stopped
# expect: parent: stopped
import os
import sys
import time

import greenhost


def limited():
    with greenhost.move_on_after(0.03):
        time.sleep(60)


other = greenhost.spawn(limited)
greenhost.checkpoint()
with greenhost.move_on_after(0.05) as scope:
    child = os.fork()
    time.sleep(60)
if child == 0:
    print("child:", "stopped" if scope.cancelled_caught else "went on")
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
print("parent:", "stopped" if scope.cancelled_caught else "went on")
other.result()
