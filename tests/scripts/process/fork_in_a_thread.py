# SPDX-License-Identifier: MIT OR Apache-2.0
# A child that a real thread forks has no loop: blocking calls block, and it cannot spawn.
# expect: child: slept
# expect: child: no loop
# expect: ended with 0
import os
import subprocess
import sys
import time

import greenhost


def in_child():
    time.sleep(0.01)
    subprocess.run(["true"], check=True)
    print("child: slept")
    try:
        greenhost.spawn(print)
    except RuntimeError:
        print("child: no loop")
    sys.stdout.flush()
    os._exit(0)


def fork():
    pid = os.fork()
    if pid == 0:
        in_child()
    print("ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


other = greenhost.spawn(greenhost.sleep, 60)
greenhost.os_thread(fork).join()
other.cancel()
other.join()
