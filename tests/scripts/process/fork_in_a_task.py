# SPDX-License-Identifier: MIT OR Apache-2.0
# A child that a task forks is that task alone: it is the main one there, handles signals, spawns,
# waits; it ends as a thread's child would, with code 0 and without the parent's atexit functions.
# expect: child: the main thread, the only task
# expect: child: handled 10
# expect: child: spawned
# expect: child: what the parent's tasks do is not known here
# expect: ended with 0
# expect: parent: interrupted by 12
# expect: parent's exit
import atexit
import os
import signal
import sys
import threading
import time

import greenhost

atexit.register(print, "parent's exit")


def in_child():
    main = threading.current_thread() is threading.main_thread()
    print("child:", "the main thread," if main else "a thread,", end=" ")
    print("the only task" if len(greenhost.tasks()) == 1 else greenhost.tasks())
    signal.signal(signal.SIGUSR1, lambda signum, frame: print("child: handled", signum))
    helper = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR1)
    time.sleep(0.02)
    helper.join()
    greenhost.spawn(lambda: print("child: spawned")).join()
    try:
        sleeper.join()
    except RuntimeError:
        print("child: what the parent's tasks do is not known here")


def fork():
    pid = os.fork()
    if pid == 0:
        return in_child()
    print("ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


sys.stdout.reconfigure(line_buffering=True)
sleeper = greenhost.spawn(time.sleep, 60)
greenhost.spawn(fork).join()
signal.signal(signal.SIGUSR2, lambda signum, frame: print("parent: interrupted by", signum))
helper = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR2)
time.sleep(0.02)
sleeper.cancel()
sleeper.join()
