# SPDX-License-Identifier: MIT OR Apache-2.0
# What C libraries keep per thread is a task's own, and its destructors run when the task ends.
# hooks: pthread_key_create pthread_key_delete pthread_getspecific pthread_setspecific
# hooks: tss_create tss_delete tss_get tss_set
# expect: each finds its own: True
# expect: main, a new task and a thread have nothing: [None, None, None]
# expect: destroyed: [1, 2, 3], then what a destructor left: [10]
# expect: main has the thread's: 99
# expect: by the names of C11: 7
# expect: a key that is used again leads to nothing: None
# expect: a key that is no more: EINVAL
import ctypes
import errno
import threading

import greenhost

libc = ctypes.CDLL(None)
libc.pthread_getspecific.restype = libc.tss_get.restype = ctypes.c_void_p
DESTRUCTOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
destroyed = []


def put(key, value):
    return libc.pthread_setspecific(key, ctypes.c_void_p(value))


def get(key):
    return libc.pthread_getspecific(key)


@DESTRUCTOR
def destroy(value):
    destroyed.append(value)
    if value == 3:
        put(key, 10)


def make_key(destructor):
    made = ctypes.c_uint()
    assert libc.pthread_key_create(ctypes.byref(made), destructor) == 0
    return made.value


def keep(value):
    put(key, value)
    greenhost.checkpoint()
    return get(key)


key = make_key(destroy)
tasks = [greenhost.spawn(keep, n) for n in (1, 2, 3)]
greenhost.checkpoint()
strangers = [get(key), greenhost.spawn(get, key).result()]
thread = threading.Thread(target=lambda: strangers.append(get(key)))
thread.start()
thread.join()
print("each finds its own:", [task.result() for task in tasks] == [1, 2, 3])
print("main, a new task and a thread have nothing:", strangers)
print(f"destroyed: {destroyed[:3]}, then what a destructor left: {destroyed[3:]}")

put(key, 99)
greenhost.spawn(keep, None).result()
print("main has the thread's:", get(key))
put(key, None)


def by_c11():
    made = ctypes.c_uint()
    assert libc.tss_create(ctypes.byref(made), None) == 0
    assert libc.tss_set(made, ctypes.c_void_p(7)) == 0
    greenhost.checkpoint()
    found = libc.tss_get(made)
    libc.tss_delete(made)
    return found


print("by the names of C11:", greenhost.spawn(by_c11).result())


def used_again():
    first = make_key(None)
    put(first, 5)
    libc.pthread_key_delete(first)
    assert make_key(None) == first
    return get(first), libc.pthread_key_delete(first), put(first, 5)


found, _, error = greenhost.spawn(used_again).result()
print("a key that is used again leads to nothing:", found)
print("a key that is no more:", errno.errorcode[error])
