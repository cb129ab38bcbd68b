# SPDX-License-Identifier: MIT OR Apache-2.0
# A task is asked to give way just as another thread takes the GIL from it. The moment is short, so
# there are many of them: without care, most runs of this end in a crash.
# expect: done
# not under valgrind: its futex fails, in this flood, with an error that libc ends the process for
import signal
import sys
import time

import greenhost
from greenhost import ops

ALARMS = 5_000
alarms = 0
ended = False


def use_threads():
    while not ended:
        greenhost.await_(ops.work(sum, [1, 2]))


def compute():
    while not ended:
        sum(range(2000))
        greenhost.checkpoint()


def on_alarm(number, frame):
    # On a busy machine the signals come faster than they are handled: they have to end by themselves.
    global alarms
    alarms += 1
    if alarms == ALARMS:
        signal.setitimer(signal.ITIMER_REAL, 0)


signal.signal(signal.SIGALRM, on_alarm)
sys.setswitchinterval(0.00001)
tasks = [greenhost.spawn(use_threads) for _ in range(20)]
tasks += [greenhost.spawn(compute) for _ in range(5)]
signal.setitimer(signal.ITIMER_REAL, 0.00005, 0.00005)
time.sleep(0.5)
ended = True
signal.setitimer(signal.ITIMER_REAL, 0)
for task in tasks:
    task.join()
print("done")
