# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that arrives while the main task is ready, not parked: it runs the handler at once.
# expect: handled
# expect: main goes on
import os
import signal

import greenhost

signal.signal(signal.SIGUSR1, lambda number, frame: print("handled"))
greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR1)
greenhost.checkpoint()
print("main goes on")
