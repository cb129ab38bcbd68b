# SPDX-License-Identifier: MIT OR Apache-2.0
# A lock that tasks and an OS thread take in turn is never held by two of them.
# expect: 400 turns, 0 collisions
import os
import threading

import greenhost

lock = threading.Lock()
holders = turns = collisions = 0


def take_turns(give_way):
    global holders, turns, collisions
    for _ in range(100):
        with lock:
            holders += 1
            collisions += holders > 1
            turns += 1
            give_way()
            holders -= 1


thread = threading.Thread(target=take_turns, args=(os.sched_yield,))
tasks = [greenhost.spawn(take_turns, greenhost.checkpoint) for _ in range(3)]
thread.start()
for task in tasks:
    task.result()
thread.join()
print(turns, "turns,", collisions, "collisions")
