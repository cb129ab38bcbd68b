# SPDX-License-Identifier: MIT OR Apache-2.0
# A thread is not made to give way within a __del__ method, nor while the garbage collector runs.
# options: --threads=tasks
# expect: others ran during the method: 0
# expect: others ran during the collection: 0
# expect: others ran afterwards: True
import gc
import threading

stop = False
turns = 0


def tick():
    global turns
    while not stop:
        turns += 1


def compute():
    before = turns
    for _ in range(1_000_000):
        pass
    return turns - before


class Finalized:
    def __del__(self):
        found.append(compute())


class Cycle:
    def __init__(self):
        self.me = self


def on_collection(phase, _info):
    if phase == "stop" and watching:
        found.append(compute())


found = []
watching = False
other = threading.Thread(target=tick)
other.start()
Finalized()
print("others ran during the method:", found.pop())
cycle = Cycle()
cycle.finalized = Finalized()
del cycle
gc.collect()
print("others ran during the collection:", found.pop())
before = turns
while turns == before:
    compute()
print("others ran afterwards: True")
stop = True
other.join()
