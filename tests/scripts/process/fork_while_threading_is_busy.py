# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that threading has never heard of forks while another thread holds the lock under which
# threading keeps its threads. The child makes locks of its own, and goes on.
# expect: the child ended with 5
import os
import threading

import greenhost


def fork():
    with threading._shutdown_locks_lock:  # as it is held by whoever starts or ends a thread
        pid = os.fork()
    if pid == 0:
        os._exit(5)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print("the child ended with", code)


greenhost.spawn(fork).result()
