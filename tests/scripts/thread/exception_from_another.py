# SPDX-License-Identifier: MIT OR Apache-2.0
# PyThreadState_SetAsyncExc reaches a thread that is parked, and one that computes.
# options: --threads=tasks
# expect: one thread found
# expect: parked: Stop
# expect: one thread found
# expect: computing: Stop
# expect: none found where none is
import ctypes
import threading
import time


class Stop(Exception):
    pass


def parked():
    try:
        while True:
            begun.set()
            time.sleep(0.01)
    except Stop:
        print("parked: Stop")


def computing():
    try:
        begun.set()
        while True:
            pass
    except Stop:
        print("computing: Stop")


def stop(ident):
    number = ctypes.c_ulong(ident)
    return ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(Stop))


begun = threading.Event()
for function in (parked, computing):
    begun.clear()
    thread = threading.Thread(target=function)
    thread.start()
    begun.wait()
    print("one thread found" if stop(thread.ident) == 1 else "not found")
    thread.join()
print("none found where none is" if stop(12345) == 0 else "found")
