# SPDX-License-Identifier: MIT OR Apache-2.0
# While a second interpreter exists, tasks of the first park, as ever; what runs in the second blocks.
# options: --threads=tasks
# expect: a thread that began before waited for main
# expect: nobody ran while the other interpreter slept: True
# expect: the other's thread ran while main waited: True
# expect: a thread that is in the other one holds up nobody: True
import _xxsubinterpreters as interpreters
import os
import threading
import time

import greenhost


def create_and_wait():
    global other
    other = interpreters.create(isolated=False)
    lock.acquire()


turns = []
end = threading.Event()
lock = threading.Lock()
lock.acquire()
thread = threading.Thread(target=create_and_wait)
thread.start()
greenhost.checkpoint()
lock.release()
thread.join()
print("a thread that began before waited for main")


def tick():
    while not end.is_set():
        turns.append(0)
        greenhost.checkpoint()


ticker = greenhost.spawn(tick)
greenhost.checkpoint()
before = len(turns)
interpreters.run_string(other, "import time; time.sleep(0.02)")
print("nobody ran while the other interpreter slept:", len(turns) == before)
work = "import threading, time; t = threading.Thread(target=time.sleep, args=(0.01,)); t.start(); t.join()"
interpreters.run_string(other, work)
print("the other's thread ran while main waited:", len(turns) == before)
hears, says = os.pipe()
thread = threading.Thread(
    target=interpreters.run_string, args=(other, f"import os; os.read({hears}, 1)")
)
thread.start()
while len(turns) < before + 3:
    time.sleep(0)
os.write(says, b"x")
thread.join()
print("a thread that is in the other one holds up nobody:", len(turns) > before)
end.set()
ticker.join()
interpreters.destroy(other)
