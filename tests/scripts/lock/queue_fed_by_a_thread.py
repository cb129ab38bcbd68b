# SPDX-License-Identifier: MIT OR Apache-2.0
# queue.Queue.get in a task, fed by an OS thread, while another task goes on.
# expect: [0, 1, 2]
# expect: the ticker went on
import queue
import threading

import greenhost

items = queue.Queue()
wanted = threading.Event()
ticks = []


def consume():
    return [items.get() for _ in range(3)]


def feed():
    for number in range(3):
        wanted.wait()
        wanted.clear()
        items.put(number)


consumer = greenhost.spawn(consume)
feeder = threading.Thread(target=feed)
feeder.start()
while not consumer.done():
    ticks.append(0)
    wanted.set()
    greenhost.sleep(0.001)
feeder.join()
print(consumer.result())
print("the ticker went on" if len(ticks) >= 3 else ticks)
