# SPDX-License-Identifier: MIT OR Apache-2.0
"""One task hands something to another, through the standard library's own locks and queues."""

from rows import Benchmark, scripts

START = {
    "greenhost": "from greenhost import spawn as start\n",
    "OS threads": """
import threading
def start(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread
""",
}

LOCK = """
import threading, time
COUNT = 20_000
here, there = threading.Lock(), threading.Lock()
there.acquire()
def run(mine, others):
    for _ in range(COUNT):
        mine.acquire()
        others.release()
began = time.process_time()
for each in [start(lambda: run(here, there)), start(lambda: run(there, here))]: each.join()
print((time.process_time() - began) / COUNT / 2 * 1e6)
"""

QUEUE = """
import queue, time
COUNT = 10_000
requests, answers = queue.Queue(), queue.Queue()
def ask():
    for i in range(COUNT):
        requests.put(i)
        answers.get()
def answer():
    for _ in range(COUNT): answers.put(requests.get())
began = time.process_time()
for each in [start(ask), start(answer)]: each.join()
print((time.process_time() - began) / COUNT / 2 * 1e6)
"""


def benchmarks(greenhost):
    def make(name, about, code):
        codes = {peer: begin + code for peer, begin in START.items()}
        peers = scripts(greenhost, "µs", codes, pinned=False)
        return Benchmark(name, about, {"µs": False}, peers, wanted={"OS threads": 5})

    return [
        make(
            "A lock handed over",
            "Two that take turns, each releasing the `threading.Lock` that the other waits for.",
            LOCK,
        ),
        make(
            "A queue handed over",
            "A request through one `queue.Queue` and its answer through another.",
            QUEUE,
        ),
    ]
