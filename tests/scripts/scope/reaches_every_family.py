# SPDX-License-Identifier: MIT OR Apache-2.0
# A time limit ends the blocking calls of each family, in the main task, with no other task there.
# expect: sleep: stopped
# expect: recv: stopped
# expect: send: stopped
# expect: accept: stopped
# expect: connect: stopped
# expect: recv with a timeout: stopped
# expect: TLS: stopped
# expect: read: stopped
# expect: write: stopped
# expect: FIFO: stopped
# expect: flock: stopped
# expect: select: stopped
# expect: poll: stopped
# expect: epoll: stopped
# expect: waitpid: stopped
# expect: wait: stopped
# expect: system: stopped
# expect: Lock: stopped
# expect: RLock: stopped
# expect: Condition: stopped
# expect: Queue: stopped
# expect: Event with a timeout: stopped
# expect: join: stopped
# expect: sigwait: stopped
# expect: SQLite: stopped
# expect: asyncio: stopped
# expect: task: stopped
# expect: operation: stopped
# expect: all is as it was
import asyncio
import fcntl
import os
import queue
import select
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import greenhost

ours, theirs = socket.socketpair()
timed, other = socket.socketpair()
timed.settimeout(60)
full, never_read = socket.socketpair()
full.setblocking(False)
try:
    while True:
        full.send(bytes(65536))
except BlockingIOError:
    full.setblocking(True)
listener = socket.create_server(("127.0.0.1", 0))
crowded = socket.socket()
crowded.bind(("127.0.0.1", 0))
crowded.listen(0)
crowd = [socket.socket() for _ in range(3)]
for one in crowd:
    one.setblocking(False)
    one.connect_ex(crowded.getsockname())
readable, writable = os.pipe()
_, full_pipe = os.pipe()
os.write(full_pipe, bytes(fcntl.fcntl(full_pipe, fcntl.F_GETPIPE_SZ)))
os.mkfifo("fifo")
first, second = open("lock", "w"), open("lock", "w")
fcntl.flock(first, fcntl.LOCK_EX)
poll, epoll = select.poll(), select.epoll()
for poller in poll, epoll:
    poller.register(readable, select.POLLIN)
sleeper = subprocess.Popen(["sleep", "60"])
lock, rlock, condition, event = (
    threading.Lock(),
    threading.RLock(),
    threading.Condition(),
    threading.Event(),
)
lock.acquire()
let_go, taken = threading.Event(), threading.Event()


def hold():
    with rlock:
        taken.set()
        let_go.wait()


thread = threading.Thread(target=hold)
thread.start()
taken.wait()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
writer, reader = (
    sqlite3.connect("data.db", isolation_level=None, timeout=60, check_same_thread=False)
    for _ in range(2)
)
writer.execute("create table t (x)")
writer.execute("begin exclusive")


def wait_for_condition():
    with condition:
        condition.wait()


for what, wait in {
    "sleep": lambda: time.sleep(60),
    "recv": lambda: ours.recv(1),
    "send": lambda: full.send(b"x"),
    "accept": listener.accept,
    "connect": lambda: socket.create_connection(crowded.getsockname()),
    "recv with a timeout": lambda: timed.recv(1),
    "TLS": lambda: ssl.create_default_context().wrap_socket(theirs, server_hostname="x"),
    "read": lambda: os.read(readable, 1),
    "write": lambda: os.write(full_pipe, b"x"),
    "FIFO": lambda: open("fifo"),
    "flock": lambda: fcntl.flock(second, fcntl.LOCK_EX),
    "select": lambda: select.select([readable], [], []),
    "poll": poll.poll,
    "epoll": epoll.poll,
    "waitpid": lambda: os.waitpid(sleeper.pid, 0),
    "wait": os.wait,
    "system": lambda: os.system("exec sleep 60"),
    "Lock": lock.acquire,
    "RLock": rlock.acquire,
    "Condition": wait_for_condition,
    "Queue": queue.Queue().get,
    "Event with a timeout": lambda: event.wait(60),
    "join": thread.join,
    "sigwait": lambda: signal.sigwait([signal.SIGUSR1]),
    "SQLite": lambda: reader.execute("insert into t values (1)"),
    "asyncio": lambda: asyncio.run(asyncio.sleep(60)),
    "task": lambda: greenhost.spawn(time.sleep, 0.1).result(),
    "operation": lambda: greenhost.await_(greenhost.ops.sleep(60)),
}.items():
    with greenhost.move_on_after(0.01) as scope:
        wait()
    print(what, "stopped" if scope.cancelled_caught else "went on", sep=": ")
sleeper.kill()
sleeper.wait()
let_go.set()
thread.join()
fcntl.flock(first, fcntl.LOCK_UN)
fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.write(writable, b"x")
lock.release()
writer.execute("commit")
reader.execute("insert into t values (1)")
if os.read(readable, 1) == b"x" and lock.acquire() and rlock.acquire():
    print("all is as it was")
greenhost.sleep(0.1)
