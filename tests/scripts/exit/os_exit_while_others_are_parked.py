# SPDX-License-Identifier: MIT OR Apache-2.0
# os._exit ends everything there and then, from a task, with others parked and threads running.
# expect: main parks
# expect-exit: 7
import os
import threading
import time

import greenhost


def leave():
    time.sleep(0.001)
    os._exit(7)


threading.Thread(target=time.sleep, args=(20,)).start()
greenhost.spawn(time.sleep, 20)
greenhost.spawn(leave)
print("main parks", flush=True)
time.sleep(20)
