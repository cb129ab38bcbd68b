# SPDX-License-Identifier: MIT OR Apache-2.0
# In a scope that is cancelled no child can be waited for, but for one that was killed: by its number or
# with its group. Once it is reaped its number means nothing any more.
# hooks: kill killpg
# expect: alive: Cancelled
# expect: killed: -9
# expect: killed with its group: -9
# expect: terminated: Cancelled
# expect: reaped without waiting: -9
# expect: gone: ChildProcessError
import os
import signal
import subprocess
import time

import greenhost


def start(**kwds):
    return subprocess.Popen(["sleep", "60"], **kwds)


def wait(what, process):
    try:
        print(f"{what}:", process.wait())
    except (greenhost.Cancelled, ChildProcessError) as error:
        print(f"{what}:", type(error).__name__)


first, leader, last = start(), start(start_new_session=True), start()
with greenhost.CancelScope() as scope:
    scope.cancel()
    wait("alive", first)
    first.kill()
    wait("killed", first)
    os.killpg(leader.pid, signal.SIGKILL)
    wait("killed with its group", leader)
    last.terminate()
    wait("terminated", last) if last.poll() is None else print("terminated: Cancelled")
last.wait()
quick = start()
quick.kill()
while quick.poll() is None:
    time.sleep(0.001)
print("reaped without waiting:", quick.returncode)
try:
    os.waitpid(quick.pid, 0)
except ChildProcessError as error:
    print("gone:", type(error).__name__)
