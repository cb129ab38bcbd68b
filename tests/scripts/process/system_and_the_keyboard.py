# SPDX-License-Identifier: MIT OR Apache-2.0
# While any system() is under way its keys are ignored, as in any process; when the last has ended,
# they do what they did.  The children get them as they were.
# hooks: system
# expect: during: SIG_IGN SIG_IGN
# expect: one left: SIG_IGN SIG_IGN
# expect: children: 2 2
# expect: after: default_int_handler SIG_DFL
import os
import signal

import greenhost

KEYS = (signal.SIGINT, signal.SIGQUIT)


def status_of(signum):
    """What the process has in force, which signal.getsignal does not ask."""
    with open("/proc/self/status") as status:
        lines = dict(line.rstrip().split(":\t") for line in status if line.startswith("Sig"))
    bit = 1 << signum - 1
    if int(lines["SigIgn"], 16) & bit:
        return "SIG_IGN"
    caught = int(lines["SigCgt"], 16) & bit
    return "default_int_handler" if caught else "SIG_DFL"


def state():
    return " ".join(status_of(signum) for signum in KEYS)


def run(name, pipe):
    os.set_inheritable(pipe, True)
    return os.system(f"read x </dev/fd/{pipe}; kill -INT $$")


pipes = [os.pipe() for _ in range(2)]
tasks = [greenhost.spawn(run, number, pipes[number][0]) for number in range(2)]
greenhost.checkpoint()
print("during:", state())
os.kill(os.getpid(), signal.SIGINT)
os.write(pipes[0][1], b"\n")
tasks[0].join()
print("one left:", state())
os.write(pipes[1][1], b"\n")
print("children:", tasks[0].result(), tasks[1].result())
print("after:", state())
