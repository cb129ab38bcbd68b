# SPDX-License-Identifier: MIT OR Apache-2.0
# The names of <threads.h> park as those of POSIX do: for another task, for a thread, and for a time.
# hooks: cnd_wait cnd_timedwait cnd_signal cnd_broadcast mtx_lock mtx_trylock mtx_timedlock mtx_unlock
# hooks: thrd_join thrd_sleep thrd_yield
# expect: all are parked: True
# expect: the mutex is busy, and stays so for as long as one cares to wait
# expect: one was signalled, then the others: 1 3
# expect: a thread signals too: success
# expect: nobody does: timedout
# expect: slept: 0
# expect: yielded to: ['other', 'self']
# expect: the thread returned 7
import ctypes
import threading
import time

import greenhost

libc = ctypes.CDLL(None)
SUCCESS, BUSY, TIMED_OUT = 0, 1, 4
CODES = {SUCCESS: "success", BUSY: "busy", TIMED_OUT: "timedout"}


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def soon(seconds):
    """TIME_UTC is the only clock that C11 knows."""
    when = time.time() + seconds
    return ctypes.byref(Timespec(int(when), int(when % 1 * 1e9)))


mutex, condition = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)
libc.mtx_init(mutex, 0)
libc.cnd_init(condition)
woken = []


def wait():
    libc.mtx_lock(mutex)
    code = libc.cnd_wait(condition, mutex)
    woken.append(code)
    libc.mtx_unlock(mutex)


def hold():
    libc.mtx_lock(mutex)
    busy.wait()
    libc.mtx_unlock(mutex)


tasks = [greenhost.spawn(wait) for _ in range(3)]
greenhost.checkpoint()
print("all are parked:", {task.state for task in tasks} == {"parked"})

busy = threading.Event()
holder = greenhost.spawn(hold)
greenhost.checkpoint()
if libc.mtx_trylock(mutex) == BUSY and libc.mtx_timedlock(mutex, soon(0.01)) == TIMED_OUT:
    print("the mutex is busy, and stays so for as long as one cares to wait")
busy.set()
holder.result()

libc.cnd_signal(condition)
while not woken:
    libc.thrd_yield()
one = len(woken)
libc.cnd_broadcast(condition)
for task in tasks:
    task.result()
print("one was signalled, then the others:", one, len(woken))


def timed_wait(seconds):
    libc.mtx_lock(mutex)
    code = libc.cnd_timedwait(condition, mutex, soon(seconds))
    libc.mtx_unlock(mutex)
    return CODES[code]


def signal_until(done):
    while not done.is_set():
        libc.cnd_signal(condition)


done = threading.Event()
task = greenhost.spawn(timed_wait, 20)
thread = threading.Thread(target=signal_until, args=[done])
greenhost.checkpoint()
thread.start()
print("a thread signals too:", task.result())
done.set()
thread.join()
print("nobody does:", greenhost.spawn(timed_wait, 0.02).result())

slept = greenhost.spawn(libc.thrd_sleep, ctypes.byref(Timespec(0, 1000)), None)
print("slept:", slept.result())

order = []


def yield_to_the_other():
    libc.thrd_yield()
    order.append("self")


tasks = [greenhost.spawn(yield_to_the_other), greenhost.spawn(order.append, "other")]
for task in tasks:
    task.result()
print("yielded to:", order)

# The thread ends once somebody waits for it.
FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


@FUNCTION
def main_of_thread(_):
    event.wait()
    return 7


event, handle, result = threading.Event(), ctypes.c_ulong(), ctypes.c_int()
libc.thrd_create(ctypes.byref(handle), main_of_thread, None)
joiner = greenhost.spawn(libc.thrd_join, handle, ctypes.byref(result))
greenhost.checkpoint()
event.set()
assert joiner.result() == SUCCESS
print("the thread returned", result.value)
