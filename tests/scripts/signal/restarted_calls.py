# SPDX-License-Identifier: MIT OR Apache-2.0
# After siginterrupt(False) a signal does not end a read or a lock's wait; it still ends a sleep's.
# expect: read b'x'
# expect: handled
import os
import signal
import socket

import greenhost

handled = []
left, right = socket.socketpair()


def on_signal(number, frame):
    handled.append(number)


def kill_then_send():
    os.kill(os.getpid(), signal.SIGUSR1)
    greenhost.checkpoint()
    greenhost.checkpoint()
    left.send(b"x")


signal.signal(signal.SIGUSR1, on_signal)
signal.siginterrupt(signal.SIGUSR1, False)
greenhost.spawn(kill_then_send)
print("read", right.recv(1))
print("handled" if handled == [signal.SIGUSR1] else handled)
