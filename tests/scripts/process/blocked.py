# SPDX-License-Identifier: MIT OR Apache-2.0
# With SIGCHLD blocked, wait() is told all the same, and the signal stays for whom it is meant.
# hooks: wait
# expect: main goes on
# expect: 2
# expect: pending: [17]
# expect: ECHILD at once
import os
import signal

import greenhost

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
r, w = os.pipe()
os.set_inheritable(r, True)
os.posix_spawn("/bin/sh", ["sh", "-c", f"read x </dev/fd/{r}; exit 2"], {})
os.close(r)


def wait():
    print(os.waitstatus_to_exitcode(os.wait()[1]))


task = greenhost.spawn(wait)
greenhost.checkpoint()
print("main goes on")
os.close(w)
task.join()
print("pending:", [int(signum) for signum in signal.sigpending()])
try:
    greenhost.spawn(os.wait).result()
except ChildProcessError:
    print("ECHILD at once")
