# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a turn of the loop costs when many tasks are parked."""

from rows import Benchmark, scripts

CODE = """
import socket, time
from greenhost import sleep, spawn
def wait(): time.sleep(1000)
tasks = [spawn(wait) for _ in range(PARKED)]
sleep(0)
left, right = socket.socketpair()
def answer():
    while data := right.recv(10): right.send(data)
answering = spawn(answer)
def ask(count):
    for _ in range(count):
        left.send(b"x")
        left.recv(10)
        time.sleep(0.000001)
ask(1000)
began = time.process_time()
ask(20_000)
print((time.process_time() - began) / 20_000 * 1e6)
import os, sys
sys.stdout.flush()
os._exit(0)
"""


def benchmarks(greenhost):
    codes = {
        f"greenhost, {parked:,} parked"
        if parked > 100
        else "greenhost": f"PARKED = {parked}\n" + CODE
        for parked in (100, 10_000, 100_000)
    }
    return [
        Benchmark(
            "A turn of the loop",
            "A byte there and back over a socket and a short sleep, while 100 tasks and more are "
            "parked in sleep: `greenhost` is with 100.",
            {"µs": False},
            scripts(greenhost, "µs", codes),
        )
    ]
