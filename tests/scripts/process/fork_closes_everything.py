# SPDX-License-Identifier: MIT OR Apache-2.0
# A child that closes every descriptor, as a daemon does, still has its loop.
# expect: child: slept and spawned
# expect: 0
import os
import sys
import time

import greenhost


def in_child(report):
    os.dup2(report, 3)
    os.closerange(4, 1000)
    for fd in range(4, 64):
        try:
            os.close(fd)
        except OSError:
            pass
    greenhost.spawn(time.sleep, 0.01).join()
    print("child: slept and spawned")
    sys.stdout.flush()


other = greenhost.spawn(time.sleep, 60)
pid = os.fork()
if pid == 0:
    in_child(1)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
other.cancel()
other.join()
