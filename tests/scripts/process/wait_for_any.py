# SPDX-License-Identifier: MIT OR Apache-2.0
# wait(), wait3(), wait4(-1) and waitid() of any child park, and tell what the kernel tells.
# hooks: wait wait3 wait4 waitid
# expect: wait 3
# expect: wait3 4 True
# expect: wait4 5 True
# expect: waitid 6 True
# expect: none left
import os

import greenhost


def start(code):
    return os.posix_spawn("/bin/sh", ["sh", "-c", f"exit {code}"], {})


def wait():
    expected = start(3)
    pid, status = os.wait()
    print("wait", os.waitstatus_to_exitcode(status))
    start(4)
    pid, status, usage = os.wait3(0)
    print("wait3", os.waitstatus_to_exitcode(status), usage.ru_maxrss > 0)
    start(5)
    pid, status, usage = os.wait4(-1, 0)
    print("wait4", os.waitstatus_to_exitcode(status), usage.ru_maxrss > 0)
    expected = start(6)
    info = os.waitid(os.P_ALL, 0, os.WEXITED)
    print("waitid", info.si_status, info.si_pid == expected)
    try:
        os.wait()
    except ChildProcessError:
        print("none left")


greenhost.spawn(wait).join()
