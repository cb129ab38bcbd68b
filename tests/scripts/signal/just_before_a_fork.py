# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that comes just before a fork is the parent's: the child does not keep its tasks waiting for it.
# expect: the child's tasks ran
# expect: handled in the parent
import os
import signal
from functools import partial
from operator import call

import greenhost


def fork():
    # No bytecode comes in between, at which this task would give way to the one with the handlers.
    pid = list(map(call, [partial(os.kill, os.getpid(), signal.SIGUSR1), os.fork]))[1]
    if pid > 0:
        return os.waitpid(pid, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(20)
    read, write = os.pipe()
    greenhost.spawn(os.write, write, b"!")
    os.read(read, 1)
    print("the child's tasks ran", flush=True)
    os._exit(0)


heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append("handled in the parent"))
greenhost.spawn(fork).result()
print(*heard)
