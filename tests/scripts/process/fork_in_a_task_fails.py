# SPDX-License-Identifier: MIT OR Apache-2.0
# An exception in the child that a task forked is told of, as for a thread's child, which ends with 0.
# expect: ended with 0
# expect-stderr: (?s)Traceback.*ZeroDivisionError
import os

import greenhost


def fork():
    pid = os.fork()
    if pid == 0:
        1 / 0
    print("ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


greenhost.spawn(fork).join()
