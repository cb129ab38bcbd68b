# SPDX-License-Identifier: MIT OR Apache-2.0
# A lock for readers and writers that C code holds across a wait keeps other tasks out, and no more.
# hooks: pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_unlock
# hooks: pthread_rwlock_timedrdlock pthread_rwlock_timedwrlock
# hooks: pthread_rwlock_clockrdlock pthread_rwlock_clockwrlock
# expect: two who read: in, in, out, out
# expect: a writer, then a reader: in, out, in, out
# expect: two who write: in, out, in, out
# expect: a reader, then a writer: in, out, in, out
# expect: a reader of another thread, then a writer: in, out, in, out
# expect: timed: timedrdlock ETIMEDOUT, timedwrlock ETIMEDOUT, clockrdlock ETIMEDOUT, clockwrlock ETIMEDOUT
# expect: free: timedrdlock 0, timedwrlock 0, clockrdlock 0, clockwrlock 0
import ctypes
import errno
import time

import greenhost

libc = ctypes.CDLL(None)
lock = ctypes.create_string_buffer(64)


def call(name, *arguments):
    return libc["pthread_rwlock_" + name](lock, *arguments)


def hold(name, log, held, release):
    assert call(name) == 0
    log.append("in")
    held.set_result(None)
    release.result()
    log.append("out")
    call("unlock")


def run(first, second, spawn=greenhost.spawn):
    log, held, release = [], greenhost.Promise(), greenhost.Promise()
    spawn(hold, first, log, held, release)
    held.result()
    done = greenhost.Promise()
    task = greenhost.spawn(hold, second, log, done, release)
    while task.state != "parked":
        greenhost.checkpoint()
    release.set_result(None)
    task.result()
    return ", ".join(log)


def timed():
    """What each answers whose time is up, the earliest possible."""
    limit = (ctypes.c_long * 2)(1, 0)
    answers = []
    for name in ("timedrdlock", "timedwrlock", "clockrdlock", "clockwrlock"):
        clock = [time.CLOCK_MONOTONIC] if "clock" in name else []
        result = call(name, *clock, limit)
        if result == 0:
            call("unlock")
        answers.append(f"{name} {errno.errorcode.get(result, result)}")
    return ", ".join(answers)


print("two who read:", run("rdlock", "rdlock"))
print("a writer, then a reader:", run("wrlock", "rdlock"))
print("two who write:", run("wrlock", "wrlock"))
print("a reader, then a writer:", run("rdlock", "wrlock"))
print("a reader of another thread, then a writer:", run("rdlock", "wrlock", greenhost.os_thread))
call("wrlock")
print("timed:", greenhost.spawn(timed).result())
call("unlock")
print("free:", greenhost.spawn(timed).result())
