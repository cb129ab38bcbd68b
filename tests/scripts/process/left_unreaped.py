# SPDX-License-Identifier: MIT OR Apache-2.0
# WNOWAIT tells of a child's end and leaves it for the next call.
# hooks: waitid
# expect: [5, 5]
import os

import greenhost


def wait():
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 5"], {})
    left = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT).si_status
    print([left, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])])


greenhost.spawn(wait).join()
