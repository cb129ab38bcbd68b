# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that an operation waits for, and that the program handles, ignores or leaves alone: both
# have what they want, and the program sees its own disposition.
# expect: handler before: handled, and the operation has SIGCHLD
# expect: handler after: handled, and the operation has SIGCHLD
# expect: default: the operation has SIGCHLD
# expect: seen as default: True
# expect: ignored: the operation has SIGUSR1
# expect: seen as ignored: True
# expect: once more, it kills: -10
import os
import signal
import subprocess
import sys

import greenhost
from greenhost import ops

handled = []


def on_signal(number, frame):
    handled.append(number)


def await_signal(what, number, then):
    handled.clear()
    operation = ops.signal(number)
    then()
    os.kill(os.getpid(), number)
    got = signal.Signals(greenhost.await_(operation)).name
    print(what + ":", ("handled, and " if handled else "") + "the operation has " + got)


def nothing():
    pass


signal.signal(signal.SIGCHLD, on_signal)
await_signal("handler before", signal.SIGCHLD, nothing)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
await_signal("handler after", signal.SIGCHLD, lambda: signal.signal(signal.SIGCHLD, on_signal))
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
await_signal("default", signal.SIGCHLD, nothing)
print("seen as default:", signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
await_signal("ignored", signal.SIGUSR1, nothing)
print("seen as ignored:", signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN)
child = "import os, signal; os.kill(os.getpid(), signal.SIGUSR1); print('never here')"
restored = subprocess.Popen(
    [sys.executable, "-c", child], preexec_fn=lambda: signal.signal(signal.SIGUSR1, signal.SIG_DFL)
)
print("once more, it kills:", restored.wait())
