# SPDX-License-Identifier: MIT OR Apache-2.0
# A thread, the main one too, that waits for another one by computing gives way to it.
# options: --threads=tasks
# expect: main was given what it wanted
# expect: both threads were
# expect: a task gives way if asked to
# expect: one that is not asked to runs on
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
task = greenhost.spawn(wait_for, "e", "f", preemptive=True)
assert task.preemptive
greenhost.checkpoint()
flags.add("e")
wait_for("f", "g")
print("a task gives way if asked to")


def count():
    before = len(turns)
    for _ in range(3_000_000):
        pass
    return len(turns) - before


def tick():
    while "h" not in flags:
        turns.append(0)
        greenhost.checkpoint()


turns = []
ticker = greenhost.spawn(tick)
greenhost.checkpoint()
print("one that is not asked to runs on" if greenhost.spawn(count).result() == 0 else "preempted")
flags.add("h")
ticker.join()
