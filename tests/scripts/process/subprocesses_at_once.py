# SPDX-License-Identifier: MIT OR Apache-2.0
# subprocess.run, check_output and communicate in ten tasks take as long as in one.
# hooks: waitpid poll
# expect: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
# expect: at once: True
import subprocess
import time

import greenhost


def run(number):
    command = ["sh", "-c", f"sleep 0.3; cat; echo {number} >&2"]
    if number % 3 == 0:
        return subprocess.run(
            command, input=b"", stderr=subprocess.PIPE, timeout=20, check=True
        ).stderr
    if number % 3 == 1:
        command[2] = f"sleep 0.3; echo {number}"
        return subprocess.check_output(command)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        return process.communicate(b"", timeout=20)[1]


start = time.monotonic()
tasks = [greenhost.spawn(run, number) for number in range(10)]
print(sorted(task.result().decode().strip() for task in tasks))
print("at once:", time.monotonic() - start < 1.5)
