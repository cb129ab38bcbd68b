# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal of the process reaches main though a thread blocks it: while that waits, and while it computes.
# options: --threads=tasks
# options: --threads=os
# hooks: sigprocmask
# expect: while it waits
# expect: while it computes
# expect: interrupted
import ctypes
import os
import signal
import threading

libc = ctypes.CDLL(None)
everything = ctypes.create_string_buffer(b"\xff" * 128)


def block_all():
    libc.sigprocmask(signal.SIG_SETMASK, everything, None)


def wait():
    block_all()
    blocked.set()
    over.wait()


def compute():
    block_all()
    os.kill(os.getpid(), signal.SIGUSR1)
    while not handled.is_set():
        pass


def interrupt():
    block_all()
    os.kill(os.getpid(), signal.SIGINT)
    over.wait()


def run(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


handled, blocked, over = threading.Event(), threading.Event(), threading.Event()
signal.signal(signal.SIGUSR1, lambda number, frame: handled.set())
threads = [run(wait)]
blocked.wait()
os.kill(os.getpid(), signal.SIGUSR1)
handled.wait()
print("while it waits")
handled.clear()
threads.append(run(compute))
handled.wait()
print("while it computes")
try:
    threads.append(run(interrupt))
    over.wait()
except KeyboardInterrupt:
    print("interrupted")
over.set()
for thread in threads:
    thread.join()
