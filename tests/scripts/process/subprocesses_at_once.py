# SPDX-License-Identifier: MIT OR Apache-2.0
# subprocess.run, check_output and communicate in ten tasks wait side by side.
# hooks: waitpid poll
# expect: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
import subprocess

import greenhost
import meeting


def run(number):
    command = ["sh", "-c", f"{meeting.COME}; cat; echo {number} >&2"]
    if number % 3 == 0:
        return subprocess.run(
            command, input=b"", stderr=subprocess.PIPE, timeout=60, check=True
        ).stderr
    if number % 3 == 1:
        command[2] = f"{meeting.COME}; echo {number}"
        return subprocess.check_output(command)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        return process.communicate(b"", timeout=60)[1]


tasks = [greenhost.spawn(run, number) for number in range(10)]
meeting.hold(10)
print(sorted(task.result().decode().strip() for task in tasks))
