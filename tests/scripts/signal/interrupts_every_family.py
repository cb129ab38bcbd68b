# SPDX-License-Identifier: MIT OR Apache-2.0
# KeyboardInterrupt leaves the calls of each family that main may be parked in, with tasks beside it.
# expect: read
# expect: select
# expect: poll
# expect: epoll
# expect: subprocess.run
# expect: waitpid
# expect: recv
# expect: Future.result
# expect: asyncio
# expect: the tasks went on
import asyncio
import concurrent.futures
import os
import select
import signal
import socket
import subprocess
import time

import greenhost

signal.signal(signal.SIGINT, signal.default_int_handler)
readable, writable = os.pipe()
ours, theirs = socket.socketpair()
poll, epoll = select.poll(), select.epoll()
for poller in poll, epoll:
    poller.register(readable, select.POLLIN)
sleeper = subprocess.Popen(["sleep", "20"], start_new_session=True)


def interrupt():
    time.sleep(0.005)
    os.kill(os.getpid(), signal.SIGINT)


for what, wait in {
    "read": lambda: os.read(readable, 1),
    "select": lambda: select.select([readable], [], []),
    "poll": poll.poll,
    "epoll": epoll.poll,
    "subprocess.run": lambda: subprocess.run(["sleep", "20"]),
    "waitpid": lambda: os.waitpid(sleeper.pid, 0),
    "recv": lambda: ours.recv(1),
    "Future.result": concurrent.futures.Future().result,
    "asyncio": lambda: asyncio.run(asyncio.sleep(20)),
}.items():
    task = greenhost.spawn(interrupt)
    try:
        wait()
    except KeyboardInterrupt:
        print(what)
    task.result()
sleeper.kill()
sleeper.wait()
print("the tasks went on")
