# SPDX-License-Identifier: MIT OR Apache-2.0
# Threads are tasks: a hundred run in one thread of the operating system, each with an identity and a
# native id of its own, and everything that lists threads lists them.
# options: --threads=tasks
# expect: idents: 100, native ids: 101, of one thread: True
# expect: OS threads: 1, counted: 100, alive: 101, with frames: 101
# expect: the objects are python3's own: <built-in function start_new_thread> True
# expect: after: counted 0, alive 1, frames 1
import _thread
import os
import sys
import threading

import greenhost

go = threading.Event()
native = {threading.get_native_id()}


def work():
    native.add(threading.get_native_id())
    assert threading.current_thread().ident == threading.get_ident()
    go.wait()


def os_threads():
    # The watchdog, which runs nothing of Python's, is no thread of the program.
    return sum(int(n) not in watchdogs for n in os.listdir("/proc/self/task"))


threads = [threading.Thread(target=work) for _ in range(100)]
for thread in threads:
    thread.start()
watchdogs = {int(n) for n in os.listdir("/proc/self/task")} - {os.getpid()}
idents = {thread.ident for thread in threads}
assert {thread.native_id for thread in threads} < native
one = {number & 0x3FFFFF for number in native} == {os.getpid()}
print(f"idents: {len(idents)}, native ids: {len(native)}, of one thread: {one}")
alive, frames = len(threading.enumerate()), len(sys._current_frames())
counted = _thread._count()
print(f"OS threads: {os_threads()}, counted: {counted}, alive: {alive}, with frames: {frames}")
own = threading._start_new_thread is _thread.start_new_thread
print("the objects are python3's own:", _thread.start_new_thread, own)
assert len(watchdogs) <= 1 and len(greenhost.tasks()) == 101
go.set()
for thread in threads:
    thread.join()
alive, frames = len(threading.enumerate()), len(sys._current_frames())
print(f"after: counted {_thread._count()}, alive {alive}, frames {frames}")
