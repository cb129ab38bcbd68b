# SPDX-License-Identifier: MIT OR Apache-2.0
# Ten tasks run a child each and read all it says, through pipes.
# expect: True
import subprocess

import greenhost


def run(number):
    script = "read line; yes $line | head -n 50000; echo failed >&2"
    done = subprocess.run(["sh", "-c", script], input=f"{number}\n".encode(), capture_output=True)
    return done.stdout == b"%d\n" % number * 50000 and done.stderr == b"failed\n"


print(all(task.result() for task in [greenhost.spawn(run, number) for number in range(10)]))
