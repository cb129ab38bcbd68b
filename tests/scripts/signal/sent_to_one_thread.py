# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that is sent to one thread, which blocks it, stays that thread's, whoever else does not.
# options: --threads=tasks
# options: --threads=os
# hooks: sigpending raise
# expect: two threads wait for it
# expect: the second has it
# expect: the first has it
# expect: pending in the thread that raised it
# expect: not in main
# expect: handled
import signal
import threading

NUMBERS = {signal.SIGUSR1}


def wait(name, ready):
    signal.pthread_sigmask(signal.SIG_BLOCK, NUMBERS)
    ready.set()
    signal.sigwait(NUMBERS)
    print(f"the {name} has it")


def start(name):
    ready = threading.Event()
    thread = threading.Thread(target=wait, args=(name, ready))
    thread.start()
    ready.wait()
    return thread


def keep():
    signal.pthread_sigmask(signal.SIG_BLOCK, NUMBERS)
    signal.raise_signal(signal.SIGUSR1)
    print("pending" if signal.sigpending() == NUMBERS else "lost", "in the thread that raised it")
    raised.set()
    goes_on.wait()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, NUMBERS)
    handled.wait()


first, second = start("first"), start("second")
print("two threads wait for it")
for thread in second, first:
    signal.pthread_kill(thread.ident, signal.SIGUSR1)
    thread.join()

raised, goes_on, handled = threading.Event(), threading.Event(), threading.Event()
signal.signal(signal.SIGUSR1, lambda number, frame: handled.set())
keeper = threading.Thread(target=keep)
keeper.start()
raised.wait()
print("in main" if handled.is_set() or signal.sigpending() else "not in main")
goes_on.set()
while not handled.is_set():
    pass
print("handled")
keeper.join()
