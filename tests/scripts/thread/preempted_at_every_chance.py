# SPDX-License-Identifier: MIT OR Apache-2.0
# Threads that are made to give way every tenth of a millisecond share dictionaries, lists, locks,
# generators, queues and imports, and nothing is lost.
# options: --threads=tasks
# expect: counted: 16000
# expect: the dictionary: 16000, the list: 16000, the queue: 16000
# expect: the generator gave each number once: True
# expect: imported by all: True
# expect: they took turns: True
import importlib
import queue
import sys
import threading

THREADS, STEPS = 16, 1000
MODULES = "colorsys chunk sndhdr fractions statistics plistlib mailcap cgi netrc".split()
sys.setswitchinterval(0.0001)


def numbers():
    n = 0
    while True:
        yield n
        n += 1


def next_number():
    with lock:
        return next(generator)


def work(me):
    global counter
    for step in range(STEPS):
        with lock:
            counter += 1
        table[me, step] = step
        items.append((me, step))
        channel.put(me)
        drawn.append(next_number())
        order.append(me)
        if step % 100 == me:
            imported.append(importlib.import_module(MODULES[step // 100 % len(MODULES)]))


counter = 0
lock, channel, generator = threading.RLock(), queue.Queue(), numbers()
table, items, drawn, imported, order = {}, [], [], [], []
threads = [threading.Thread(target=work, args=(me,)) for me in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
total = THREADS * STEPS
print("counted:", counter)
print(f"the dictionary: {len(table)}, the list: {len(set(items))}, the queue: {channel.qsize()}")
print("the generator gave each number once:", sorted(drawn) == list(range(total)))
print("imported by all:", len(imported) == THREADS * STEPS // 100)
print("they took turns:", order != sorted(order))
