# SPDX-License-Identifier: MIT OR Apache-2.0
# The child of a fork has the thread that called it, as its main one, and a loop that works.
# options: --threads=tasks
# expect: child: 1 thread, the main one: True, computes beside another: True
# expect: the child ended with 0
# expect: the parent's other thread goes on
import os
import threading

go = threading.Event()


def other():
    go.wait()
    print("the parent's other thread goes on")


def flag():
    flags.add(1)


def child():
    me = threading.current_thread()
    count, main = threading.active_count(), me is threading.main_thread()
    thread = threading.Thread(target=flag)
    thread.start()
    while not flags:
        pass
    thread.join()
    print(f"child: {count} thread, the main one: {main}, computes beside another: True", flush=True)


def fork():
    pid = os.fork()
    if pid == 0:
        child()
    else:
        print("the child ended with", os.waitpid(pid, 0)[1])


flags = set()
waits, forks = threading.Thread(target=other), threading.Thread(target=fork)
waits.start()
forks.start()
forks.join()
go.set()
