# SPDX-License-Identifier: MIT OR Apache-2.0
# Where SIGCHLD is ignored children are not waited for one by one: wait() ends, with an error, when
# the last is gone.  The program's own view of the signal does not change meanwhile.
# hooks: wait
# expect: still parked, ignored: True
# expect: ECHILD
# expect: ignored: True
import os
import signal

import greenhost

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
r, w = os.pipe()
os.set_inheritable(r, True)
os.posix_spawn("/bin/sh", ["sh", "-c", f"read x </dev/fd/{r}"], {})
os.close(r)


def wait():
    try:
        os.wait()
    except ChildProcessError:
        print("ECHILD")


task = greenhost.spawn(wait)
greenhost.checkpoint()
first = os.posix_spawn("/bin/true", ["true"], {})
while os.path.exists(f"/proc/{first}"):
    greenhost.sleep(0.001)
print(f"still {task.state}, ignored:", signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN)
os.close(w)
task.join()
print("ignored:", signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN)
