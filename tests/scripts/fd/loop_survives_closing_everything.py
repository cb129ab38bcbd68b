# SPDX-License-Identifier: MIT OR Apache-2.0
# A program that closes every descriptor it may have inherited does not close the loop's, which it
# finds closed already. Tasks that wait for something else go on.
# hooks: close_range closefrom close
# expect: close_range: slept, woken
# expect: closefrom: slept, woken
# expect: one by one: slept, woken
import ctypes
import errno
import os
import threading
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)


def close_all():
    for fd in range(3, 1024):
        try:
            os.close(fd)
        except OSError:
            pass


def survives(name, close):
    lock = threading.Lock()
    lock.acquire()
    reader, writer = os.pipe()
    sleeper = greenhost.spawn(time.sleep, 0.01)
    locked = greenhost.spawn(lock.acquire)
    reading = greenhost.spawn(os.read, reader, 1)
    greenhost.checkpoint()
    close()
    sleeper.join()
    lock.release()
    locked.join()
    try:
        reading.result()
    except OSError as error:
        assert error.errno == errno.EBADF
    reader, writer = os.pipe()
    reading = greenhost.spawn(os.read, reader, 10)
    greenhost.checkpoint()
    os.write(writer, b"woken")
    print(f"{name}: slept, {reading.result().decode()}")


survives("close_range", lambda: os.closerange(3, 1000))
survives("closefrom", lambda: libc.closefrom(3))
survives("one by one", close_all)
