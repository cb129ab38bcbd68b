# SPDX-License-Identifier: MIT OR Apache-2.0
# A thread has a signal mask of its own, which it begins with from the one that starts it, and keeps over
# waits; so does a task that is spawned.
# options: --threads=tasks
# options: --threads=os
# hooks: pthread_sigmask
# expect: begins with: SIGUSR1
# expect: has now: SIGTERM SIGUSR1
# expect: its child begins with: SIGTERM SIGUSR1
# expect: main has: SIGUSR1
# expect: after a wait: SIGTERM SIGUSR1
# expect: main has none
# expect: a task has: SIGTERM
# expect: main has none
import signal
import threading

import greenhost


def mask(how=signal.SIG_BLOCK, *numbers):
    signal.pthread_sigmask(how, numbers)
    return ": " + " ".join(sorted(s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])))


def thread(begun, goes_on):
    print("begins with" + mask())
    print("has now" + mask(signal.SIG_BLOCK, signal.SIGTERM))
    child = threading.Thread(target=lambda: print("its child begins with" + mask()))
    child.start()
    child.join()
    begun.set()
    goes_on.wait()
    print("after a wait" + mask())


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
events = threading.Event(), threading.Event()
other = threading.Thread(target=thread, args=events)
other.start()
events[0].wait()
print("main has" + mask())
events[1].set()
other.join()
print("main has none" if mask(signal.SIG_UNBLOCK, signal.SIGUSR1) == ": " else "main has some")
print("a task has" + greenhost.spawn(mask, signal.SIG_BLOCK, signal.SIGTERM).result())
print("main has none" if mask() == ": " else "main has some")
