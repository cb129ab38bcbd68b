# SPDX-License-Identifier: MIT OR Apache-2.0
# faulthandler's dump shows the stack that runs, and bears parked tasks and a switch under its timer.
# expect: in the task: True
# expect: by the timer: True
import faulthandler
import os
import tempfile
import time

import greenhost


def dump():
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        return "in dump" in file.read()


sleeper = greenhost.spawn(time.sleep, 1000)
greenhost.checkpoint()
print("in the task:", greenhost.spawn(dump).result())
with tempfile.TemporaryFile("w+") as file:
    faulthandler.dump_traceback_later(0.01, file=file)
    # Its thread writes where the file's offset is, so that must not be moved.
    while not (text := os.pread(file.fileno(), 100, 0)):
        time.sleep(0.001)
    print("by the timer:", text.startswith(b"Timeout"))
sleeper.cancel()
sleeper.join()
