# SPDX-License-Identifier: MIT OR Apache-2.0
# faulthandler's dump shows the stack that runs, and bears parked tasks and a switch under its timer.
# measures: time
# expect: in the task: True
# expect: by the timer: True
import faulthandler
import tempfile
import time

import greenhost


def dump():
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        return "in dump" in file.read()


sleeper = greenhost.spawn(time.sleep, 0.05)
greenhost.checkpoint()
print("in the task:", greenhost.spawn(dump).result())
with tempfile.TemporaryFile("w+") as file:
    faulthandler.dump_traceback_later(0.01, file=file)
    sleeper.join()
    file.seek(0)
    print("by the timer:", file.read().startswith("Timeout"))
