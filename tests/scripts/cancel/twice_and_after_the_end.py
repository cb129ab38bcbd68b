# SPDX-License-Identifier: MIT OR Apache-2.0
# Two cancels before the task runs again are one exception; one after the end does nothing.
# expect: True True
# expect: caught once
# expect: slept
# expect: False
import time

import greenhost


def work():
    try:
        time.sleep(20)
    except greenhost.Cancelled:
        print("caught once")
    time.sleep(0.001)
    print("slept")


task = greenhost.spawn(work)
greenhost.checkpoint()
print(task.cancel(), task.cancel())
task.result()
print(task.cancel())
