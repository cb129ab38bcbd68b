# SPDX-License-Identifier: MIT OR Apache-2.0
# daemon() in a child of ours: it goes on in the background with a working loop.
# expect: the daemon slept, its parent is another: True
import ctypes
import os
import time

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
r, w = os.pipe()


def in_child():
    before = os.getpid()
    libc.daemon(1, 1)
    greenhost.spawn(time.sleep, 0.01).join()
    os.write(w, b"%d" % (os.getpid() != before))


other = greenhost.spawn(time.sleep, 60)
pid = os.fork()
if pid == 0:
    in_child()
    os._exit(0)
os.waitpid(pid, 0)
print("the daemon slept, its parent is another:", os.read(r, 10) == b"1")
other.cancel()
other.join()
