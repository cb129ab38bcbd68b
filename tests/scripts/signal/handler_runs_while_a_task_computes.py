# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that computes, and never blocks, is made to give way to the main task's signal handler.
# expect: handled in main
# expect: the task sees it
# expect: after many: True
import os
import signal
import threading
import time

import greenhost

handled = 0


def on_signal(number, frame):
    global handled
    handled += 1
    if handled == 1:
        print("handled in", threading.current_thread() is threading.main_thread() and "main")


def compute_until_handled():
    os.kill(os.getpid(), signal.SIGUSR1)
    while not handled:
        pass
    print("the task sees it")


def compute():
    while handled < 20:
        pass


def kill():
    for number in range(2, 21):
        os.kill(os.getpid(), signal.SIGUSR1)
        while handled < number:
            time.sleep(0.001)


signal.signal(signal.SIGUSR1, on_signal)
greenhost.spawn(compute_until_handled).join()
computing = [greenhost.spawn(compute) for _ in range(3)]
killer = greenhost.os_thread(kill)
for task in computing:
    task.join()
killer.join()
print("after many:", handled == 20)
