# SPDX-License-Identifier: MIT OR Apache-2.0
# A child that another task reaps is gone for those who waited for it.
# hooks: waitpid wait
# expect: reaped by one
# expect: ECHILD
# expect: ECHILD
import os

import greenhost


def wait(call, *args):
    try:
        call(*args)
        print("reaped by one")
    except ChildProcessError:
        print("ECHILD")


pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
tasks = [greenhost.spawn(wait, os.waitpid, pid, 0) for _ in range(2)]
tasks.append(greenhost.spawn(wait, os.wait))
greenhost.checkpoint()
os.kill(pid, 9)
for task in tasks:
    task.join()
