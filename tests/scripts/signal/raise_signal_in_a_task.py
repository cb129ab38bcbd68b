# SPDX-License-Identifier: MIT OR Apache-2.0
# raise_signal in a task runs the handler in the main task before the task goes on.
# expect: handled in main
# expect: the task goes on
# expect: ValueError: signal only works in main thread of the main interpreter
import signal
import threading

import greenhost


def on_signal(number, frame):
    print("handled in", "main" if greenhost.current_task() is main else "a task")


def task():
    signal.raise_signal(signal.SIGUSR1)
    print("the task goes on")
    try:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    except ValueError as error:
        print("ValueError:", error)


main = greenhost.current_task()
signal.signal(signal.SIGUSR1, on_signal)
greenhost.spawn(task).result()
