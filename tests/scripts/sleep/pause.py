# SPDX-License-Identifier: MIT OR Apache-2.0
# pause() in the main task lets the others run, and ends when a handler has run.
# hooks: pause
# expect: another task runs
# expect: handled
# expect: pause has ended
import os
import signal

from greenhost import spawn

signal.signal(signal.SIGUSR1, lambda number, frame: print("handled"))


def other() -> None:
    print("another task runs")
    os.kill(os.getpid(), signal.SIGUSR1)


task = spawn(other)
signal.pause()
print("pause has ended")
task.join()
