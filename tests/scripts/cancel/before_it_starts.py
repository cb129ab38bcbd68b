# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that is cancelled before its first step never begins.
# expect: True
# expect: Cancelled
# expect: done
import greenhost

task = greenhost.spawn(print, "never here")
print(task.cancel())
try:
    task.result()
except greenhost.Cancelled:
    print("Cancelled")
print(task.state)
