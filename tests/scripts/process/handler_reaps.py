# SPDX-License-Identifier: MIT OR Apache-2.0
# A SIGCHLD handler of the program's runs once for each child, and may reap what a task waits for.
# hooks: waitpid
# expect: the handler reaped 1
# expect: ECHILD
import os
import signal

import greenhost


def reap(signum, frame):
    _, status = os.waitpid(-1, os.WNOHANG)
    print("the handler reaped", os.waitstatus_to_exitcode(status))


signal.signal(signal.SIGCHLD, reap)
r, w = os.pipe()
os.set_inheritable(r, True)
pid = os.posix_spawn("/bin/sh", ["sh", "-c", f"read x </dev/fd/{r}; exit 1"], {})
os.close(r)


def wait():
    try:
        print("the task reaped", os.waitpid(pid, 0))
    except ChildProcessError:
        print("ECHILD")


def end():
    os.close(w)


ender = greenhost.spawn(end)
signal.pause()
task = greenhost.spawn(wait)
task.join()
