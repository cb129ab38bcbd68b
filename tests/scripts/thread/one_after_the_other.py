# SPDX-License-Identifier: MIT OR Apache-2.0
# What a thread leaves behind, the next one in its place does not have.
# options: --threads=tasks
# expect: 1000 threads, each with its own lock
import threading

names = set()
for number in range(1000):
    thread = threading.Thread(target=names.add, args=(number,))
    thread.start()
    thread.join()
print(len(names), "threads, each with its own lock")
