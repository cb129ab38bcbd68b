# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal ends a blocking call of the main task at once: its handler runs, and the call goes on, or
# returns what it has done.  KeyboardInterrupt leaves the call.
# hooks: recv send accept4 connect
# expect: handled
# expect: b'after the handler'
# expect: handled
# expect: sent part of it
# expect: KeyboardInterrupt in recv
# expect: KeyboardInterrupt in accept
# expect: KeyboardInterrupt in connect
import os
import signal
import socket

import greenhost

here, there = socket.socketpair()
signal.signal(signal.SIGUSR1, lambda *_: print("handled"))


def kill(signum, then=lambda: None):
    os.kill(os.getpid(), signum)
    greenhost.checkpoint()
    then()


def interrupt(name, function, *args):
    task = greenhost.spawn(kill, signal.SIGINT)
    try:
        function(*args)
    except KeyboardInterrupt:
        print("KeyboardInterrupt in", name)
    task.join()


task = greenhost.spawn(kill, signal.SIGUSR1, lambda: there.send(b"after the handler"))
print(here.recv(100))
task.join()
task = greenhost.spawn(kill, signal.SIGUSR1)
print("sent part of it" if 0 < here.send(bytes(5_000_000)) < 5_000_000 else "wrong")
task.join()
interrupt("recv", here.recv, 100)
listener = socket.create_server(("127.0.0.1", 0), backlog=0)
interrupt("accept", listener.accept)
first = socket.create_connection(listener.getsockname())
interrupt("connect", socket.socket().connect, listener.getsockname())
