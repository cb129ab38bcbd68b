# SPDX-License-Identifier: MIT OR Apache-2.0
# sys.exit in a task ends that task alone, as in a thread; in main it ends the program.
# expect: main goes on
# expect: in its result: 3
# expect-exit: 5
import sys

import greenhost

task = greenhost.spawn(sys.exit, 3)
task.join()
print("main goes on")
try:
    task.result()
except SystemExit as error:
    print("in its result:", error.code)
sys.exit(5)
