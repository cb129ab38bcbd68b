# SPDX-License-Identifier: MIT OR Apache-2.0
# At the end threads that are no daemons are waited for, before the functions of atexit; daemons, and
# those that threading does not know, are dropped without a word, whatever they are doing.
# options: --threads=tasks
# expect: main ends
# expect: a thread ends
# expect: atexit: daemons still run: True
import _thread
import atexit
import threading
import time

turns = 0


def daemon():
    global turns
    try:
        while True:
            turns += 1
            time.sleep(0.001)
    finally:
        print("not reached")


def compute():
    while True:
        pass


def late():
    ending.wait()
    print("a thread ends")


@atexit.register
def at_exit():
    before = turns
    time.sleep(0.1)
    print("atexit: daemons still run:", turns > before)


ending = threading.Event()
for function in (daemon, compute, threading.Event().wait):
    threading.Thread(target=function, daemon=True).start()
_thread.start_new_thread(daemon, ())
threading.Thread(target=late).start()
print("main ends")
ending.set()
