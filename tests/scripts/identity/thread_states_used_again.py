# SPDX-License-Identifier: MIT OR Apache-2.0
# The thread state of a task that has ended becomes another's, which finds nothing in it.
# expect: the first ones set: {7}
# expect: those after them find: {(0, False, False)}
# expect: threads, while they wait: 9
# expect: their frames: {'wait'}
# expect: threads, afterwards: 1
# expect: reached by an exception for a thread that is gone: 0
import ctypes
import sys
import threading

import greenhost

go = greenhost.Promise()
local = threading.local()


def wait():
    go.result()


def leave_things_behind():
    sys.set_coroutine_origin_tracking_depth(7)
    sys.set_asyncgen_hooks(firstiter=print)
    local.value = True
    wait()
    return sys.get_coroutine_origin_tracking_depth(), threading.get_ident()


def look():
    wait()
    hooks = sys.get_asyncgen_hooks()
    depth = sys.get_coroutine_origin_tracking_depth()
    return depth, hooks.firstiter is not None, hasattr(local, "value")


def run(function):
    tasks = [greenhost.spawn(function) for _ in range(8)]
    greenhost.checkpoint()
    found = sys._current_frames()
    go.set_result(None)
    return [task.result() for task in tasks], found


first, _ = run(leave_things_behind)
print("the first ones set:", {depth for depth, _ in first})
go = greenhost.Promise()
second, frames = run(look)
print("those after them find:", set(second))
print("threads, while they wait:", len(frames))
del frames[threading.get_ident()]
print("their frames:", {frame.f_code.co_name for frame in frames.values()})
print("threads, afterwards:", len(sys._current_frames()))
gone = ctypes.c_ulong(first[0][1])
reached = ctypes.pythonapi.PyThreadState_SetAsyncExc(gone, ctypes.py_object(KeyError))
print("reached by an exception for a thread that is gone:", reached)
