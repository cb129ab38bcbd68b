# SPDX-License-Identifier: MIT OR Apache-2.0
# A cancelled sigwait raises Cancelled; a handler that runs meanwhile does not end it.
# expect: handled
# expect: parked
# expect: cancelled
import os
import signal

import greenhost


def wait():
    signal.sigwait({signal.SIGUSR1})


signal.signal(signal.SIGUSR2, lambda number, frame: print("handled"))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
task = greenhost.spawn(wait)
greenhost.checkpoint()
os.kill(os.getpid(), signal.SIGUSR2)
greenhost.sleep(0.001)
print(task.state)
task.cancel()
try:
    task.result()
except greenhost.Cancelled:
    print("cancelled")
