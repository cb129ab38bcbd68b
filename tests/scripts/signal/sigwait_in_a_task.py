# SPDX-License-Identifier: MIT OR Apache-2.0
# A task waits for blocked signals, in each of three ways, while others go on.
# hooks: sigwait sigwaitinfo sigtimedwait
# expect: sigwait: SIGUSR1
# expect: sigwaitinfo: SIGUSR2
# expect: sigtimedwait: None
# expect: sigtimedwait: SIGUSR1
# expect: main went on
import os
import signal

import greenhost

SIGNALS = {signal.SIGUSR1, signal.SIGUSR2}


def kill_when_parked(number):
    greenhost.checkpoint()
    os.kill(os.getpid(), number)


def wait():
    greenhost.spawn(kill_when_parked, signal.SIGUSR1)
    print("sigwait:", signal.sigwait(SIGNALS).name)
    greenhost.spawn(kill_when_parked, signal.SIGUSR2)
    print("sigwaitinfo:", signal.Signals(signal.sigwaitinfo(SIGNALS).si_signo).name)
    print("sigtimedwait:", signal.sigtimedwait(SIGNALS, 0.01))
    greenhost.spawn(kill_when_parked, signal.SIGUSR1)
    print("sigtimedwait:", signal.Signals(signal.sigtimedwait(SIGNALS, 20).si_signo).name)


signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
task = greenhost.spawn(wait)
turns = 0
while not task.done():
    greenhost.checkpoint()
    turns += 1
task.result()
print("main went on" if turns > 4 else turns)
