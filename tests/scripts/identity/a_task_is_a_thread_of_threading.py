# SPDX-License-Identifier: MIT OR Apache-2.0
# What threading says of a task: its name, no daemon, alive until it ends, and joinable meanwhile.
# A thread that a task starts is none that the program's end would cut off.
# expect: the task is worker, a daemon: False, alive: True, listed: True
# expect: it can't join itself
# expect: what it starts is a daemon: False
# expect: it is the same thread each time
# expect: joined while it ran; alive: False, listed: False
# expect: the main task is the main thread
# expect: the thread of a task ran to its end
import threading

import greenhost

go = threading.Event()


def work(found):
    me = threading.current_thread()
    found.append(me)
    listed = me in threading.enumerate()
    print(f"the task is {me.name}, a daemon: {me.daemon}, alive: {me.is_alive()}, listed: {listed}")
    try:
        me.join()
    except RuntimeError:
        print("it can't join itself")
    thread = threading.Thread(target=late)
    print("what it starts is a daemon:", thread.daemon)
    thread.start()
    greenhost.checkpoint()
    print("it is the same thread each time" if threading.current_thread() is me else "another")


def late():
    go.wait()
    print("the thread of a task ran to its end")


found = []
greenhost.spawn(work, found, name="worker")
greenhost.checkpoint()
thread = found[0]
thread.join()
alive, listed = thread.is_alive(), thread in threading.enumerate()
print(f"joined while it ran; alive: {alive}, listed: {listed}")
if threading.current_thread() is threading.main_thread():
    print("the main task is the main thread")
threading.Timer(0.05, go.set).start()
