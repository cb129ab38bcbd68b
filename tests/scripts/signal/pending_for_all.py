# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that everybody blocks is pending for everybody, until one of them lets it through.
# options: --threads=tasks
# options: --threads=os
# expect: pending for a thread and for main
# expect: handled
# expect: pending for nobody
import os
import signal
import threading


def on_signal(number, frame):
    print("handled")
    handled.set()


def thread():
    pending.append(signal.sigpending())
    looked.set()
    goes_on.wait()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
    handled.wait()


looked, goes_on, handled = threading.Event(), threading.Event(), threading.Event()
pending = []
signal.signal(signal.SIGUSR1, on_signal)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.kill(os.getpid(), signal.SIGUSR1)
other = threading.Thread(target=thread)
other.start()
looked.wait()
pending.append(signal.sigpending())
print("pending for a thread and for main" if pending == [{signal.SIGUSR1}] * 2 else pending)
goes_on.set()
while not handled.is_set():
    pass
other.join()
print("pending for nobody" if not signal.sigpending() else "pending")
