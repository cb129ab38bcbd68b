# SPDX-License-Identifier: MIT OR Apache-2.0
# signal.set_wakeup_fd gets the number of each signal, also while all tasks are parked.
# expect: 10
# expect: handled
import os
import signal
import socket

import greenhost

left, right = socket.socketpair()
left.setblocking(False)
signal.set_wakeup_fd(left.fileno())
signal.signal(signal.SIGUSR1, lambda number, frame: None)
task = greenhost.spawn(right.recv, 10)
greenhost.checkpoint()
os.kill(os.getpid(), signal.SIGUSR1)
print(*task.result())
signal.set_wakeup_fd(-1)
print("handled")
