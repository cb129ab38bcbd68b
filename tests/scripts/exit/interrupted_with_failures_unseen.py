# SPDX-License-Identifier: MIT OR Apache-2.0
# Ctrl-C ends a program of which many tasks have failed unseen: one is told, and how many there are.
# expect-exit: -2
# expect-stderr: (?s)KeyboardInterrupt\ngreenhost: 3 exceptions were never retrieved; one of them:\ngreenhost: the exception of <Task task-\d: done> was never retrieved:\nTraceback [^V]*ValueError: \d\n$
import greenhost


def fail(number):
    raise ValueError(number)


tasks = [greenhost.spawn(fail, number) for number in range(4)]
for task in tasks:
    task.join()
tasks[0].exception()
raise KeyboardInterrupt
