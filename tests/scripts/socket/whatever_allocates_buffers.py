# SPDX-License-Identifier: MIT OR Apache-2.0
# What is received arrives whole, whichever way Python was told to allocate memory, and while it is traced.
# expect: default: True
# expect: PYTHONMALLOC=malloc: True
# expect: PYTHONMALLOC=debug: True
# expect: PYTHONTRACEMALLOC=1: True

import os
import subprocess
import sys

PROGRAM = """
import socket, tracemalloc
from greenhost import spawn

SIZES = [1, 33, 500, 1057, 4000, 5000, 40000] * 3

def send(sender):
    for size in SIZES:
        sender.sendall(size.to_bytes(4, "big") + bytes([size % 251]) * size)
        sender.recv(1)

def receive(receiver):
    for size in SIZES:
        got = b""
        while len(got) < size + 4:
            got += receiver.recv(65536)
        if got != size.to_bytes(4, "big") + bytes([size % 251]) * size:
            return False
        receiver.sendall(b"!")
    return True

def exchange():
    pairs = [socket.socketpair() for _ in range(5)]
    senders = [spawn(send, sender) for sender, _ in pairs]
    receivers = [spawn(receive, receiver) for _, receiver in pairs]
    return all([task.join() for task in receivers + senders][: len(pairs)])

results = [exchange()]
tracemalloc.start()
results.append(exchange())
tracemalloc.stop()
results.append(exchange())
print(all(results))
"""


def run(setting):
    names = {"PYTHONMALLOC", "PYTHONTRACEMALLOC"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment.update([setting.split("=")] if "=" in setting else [])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    )
    print(f"{setting}: {done.stdout.strip()}")


for setting in ("default", "PYTHONMALLOC=malloc", "PYTHONMALLOC=debug", "PYTHONTRACEMALLOC=1"):
    run(setting)
