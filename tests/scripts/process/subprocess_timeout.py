# SPDX-License-Identifier: MIT OR Apache-2.0
# A subprocess that takes too long ends its task's call, and nobody else's.
# hooks: poll
# expect: too long: 0.05
# expect: the other: b'done\n'
import subprocess

import greenhost


def impatient():
    try:
        subprocess.run(["sleep", "60"], timeout=0.05, stdout=subprocess.PIPE)
    except subprocess.TimeoutExpired as error:
        print("too long:", error.timeout)


tasks = [
    greenhost.spawn(impatient),
    greenhost.spawn(subprocess.check_output, ["sh", "-c", "sleep 0.1; echo done"]),
]
print("the other:", tasks[1].result() if tasks[0].join() else None)
