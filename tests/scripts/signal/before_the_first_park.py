# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that comes while the first park loads what tasks need interrupts the call all the same.
# expect: loading
# expect: interrupted
import signal
import sys
import threading


class Interruption(Exception):
    pass


class Finder:
    """Sends the signal when the import of greenlet looks for its parts."""

    @staticmethod
    def find_spec(name, path, target=None):
        if name.startswith("greenlet."):
            sys.meta_path.remove(Finder)
            print("loading")
            signal.raise_signal(signal.SIGUSR1)


def on_signal(number, frame):
    raise Interruption


signal.signal(signal.SIGUSR1, on_signal)
sys.meta_path.insert(0, Finder)
lock = threading.Lock()
lock.acquire()
try:
    lock.acquire()
except Interruption:
    print("interrupted")
