# SPDX-License-Identifier: MIT OR Apache-2.0
# No standstill while one task waits for time or for a descriptor, and the rest for that task.
# expect: after the deadline
# expect: after the descriptor
# expect: False
import socket
import subprocess
import threading
import time

import greenhost

lock = threading.Lock()
lock.acquire()
greenhost.spawn(lambda: time.sleep(0.02) or lock.release())
lock.acquire()
print("after the deadline")
left, right = socket.socketpair()
subprocess.Popen(["sh", "-c", "sleep 0.02; printf x"], stdout=left.fileno())
greenhost.spawn(lambda: right.recv(1) and lock.release())
lock.acquire()
print("after the descriptor")
print(lock.acquire(timeout=0.02))
