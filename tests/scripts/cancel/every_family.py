# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancel reaches the calls of each family, and leaves what they waited on as it was.
# expect: read
# expect: select
# expect: poll
# expect: epoll
# expect: subprocess.run
# expect: waitpid
# expect: recv
# expect: asyncio
# expect: still there: b'x'
import asyncio
import os
import select
import socket
import subprocess

import greenhost

readable, writable = os.pipe()
ours, theirs = socket.socketpair()
poll, epoll = select.poll(), select.epoll()
for poller in poll, epoll:
    poller.register(readable, select.POLLIN)
sleeper = subprocess.Popen(["sleep", "20"])
for what, wait in {
    "read": lambda: os.read(readable, 1),
    "select": lambda: select.select([readable], [], []),
    "poll": poll.poll,
    "epoll": epoll.poll,
    "subprocess.run": lambda: subprocess.run(["sleep", "20"]),
    "waitpid": lambda: os.waitpid(sleeper.pid, 0),
    "recv": lambda: ours.recv(1),
    "asyncio": lambda: asyncio.run(asyncio.sleep(20)),
}.items():
    task = greenhost.spawn(wait)
    while task.state != "parked":
        greenhost.checkpoint()
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled:
        print(what)
sleeper.kill()
sleeper.wait()
os.write(writable, b"x")
print("still there:", os.read(readable, 1))
