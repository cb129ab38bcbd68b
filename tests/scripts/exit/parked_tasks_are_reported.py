# SPDX-License-Identifier: MIT OR Apache-2.0
# Tasks that are alive at exit: reported after threads are joined and atexit has run, then cancelled,
# and their finally blocks run.
# expect: main ends
# expect: the thread ends
# expect: atexit
# expect: finally
# expect-stderr: 1 task was still alive at exit(.|\n)*sleeper: parked in clock_nanosleep
import atexit
import threading
import time

import greenhost


def sleep():
    try:
        time.sleep(20)
    finally:
        print("finally")


def thread():
    ending.wait()
    print("the thread ends")


atexit.register(print, "atexit")
task = greenhost.spawn(sleep, name="sleeper")
greenhost.checkpoint()
ending = threading.Event()
threading.Thread(target=thread).start()
print("main ends")
ending.set()
