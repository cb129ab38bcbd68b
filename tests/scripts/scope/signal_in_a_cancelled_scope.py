# SPDX-License-Identifier: MIT OR Apache-2.0
# KeyboardInterrupt is raised in a scope as anywhere, and is not absorbed with the scope's own.
# expect: KeyboardInterrupt
# expect: KeyboardInterrupt, after Cancelled
import os
import signal
import time

import greenhost


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


task = greenhost.spawn(interrupt)
try:
    with greenhost.CancelScope():
        time.sleep(60)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
task.join()
try:
    with greenhost.CancelScope() as scope:
        scope.cancel()
        try:
            time.sleep(60)
        finally:
            interrupt()
            time.sleep(0)
except KeyboardInterrupt as error:
    print("KeyboardInterrupt, after", type(error.__context__).__name__)
