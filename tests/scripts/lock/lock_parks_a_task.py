# SPDX-License-Identifier: MIT OR Apache-2.0
# Three tasks wait for one Lock, and get it in the order in which they came.
# hooks: sem_wait sem_post
# expect: parked parked parked
# expect: task 0
# expect: task 1
# expect: task 2
import threading

import greenhost

lock = threading.Lock()


def enter(number):
    with lock:
        print("task", number)


lock.acquire()
tasks = [greenhost.spawn(enter, number) for number in range(3)]
greenhost.checkpoint()
print(*(task.state for task in tasks))
lock.release()
for task in tasks:
    task.result()
