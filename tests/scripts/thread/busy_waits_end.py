# SPDX-License-Identifier: MIT OR Apache-2.0
# A thread, the main one too, that waits for another one by computing gives way to it; a task that is
# not asked to be preemptive gives way to threads, and to no task.
# options: --threads=tasks
# expect: main was given what it wanted
# expect: both threads were
# expect: main gives way to a thread alone: True
# expect: so does a task: True
# expect: one that is asked to gives way to all: True
import threading

import greenhost

flags = set()


def wait_for(flag, then):
    while flag not in flags:
        pass
    flags.add(then)


threads = [threading.Thread(target=wait_for, args=p) for p in (("b", "c"), ("a", "b"))]
for thread in threads:
    thread.start()
flags.add("a")
wait_for("c", "d")
print("main was given what it wanted")
for thread in threads:
    thread.join()
print("both threads were")


def compute_until(flag):
    """How often the cooperative task had a turn meanwhile."""
    before = len(turns)
    while flag not in flags:
        pass
    return len(turns) - before


def take_turns():
    while "end" not in flags:
        turns.append(0)
        greenhost.checkpoint()


turns = []
cooperative = greenhost.spawn(take_turns)
thread = threading.Thread(target=wait_for, args=("begin", "f"))
thread.start()
greenhost.checkpoint()
flags.add("begin")
print("main gives way to a thread alone:", compute_until("f") == 0)
threading.Thread(target=flags.add, args=("g",)).start()
print("so does a task:", greenhost.spawn(compute_until, "g").result() == 0)
task = greenhost.spawn(wait_for, "h", "i", preemptive=True)
print("one that is asked to gives way to all:", task.preemptive)
greenhost.checkpoint()
before = len(turns)
while len(turns) < before + 3:
    greenhost.checkpoint()
flags.add("h")
task.join()
flags.add("end")
cooperative.join()
