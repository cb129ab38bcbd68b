# SPDX-License-Identifier: MIT OR Apache-2.0
# An error that main does not catch: its traceback, the tasks that were left, exit code 1.
# expect-exit: 1
# expect-stderr: ValueError: main(.|\n)*1 task was still alive
import time

import greenhost

greenhost.spawn(time.sleep, 20)
greenhost.checkpoint()
raise ValueError("main")
