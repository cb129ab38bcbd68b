# SPDX-License-Identifier: MIT OR Apache-2.0
# Many tasks print to a pipe that is full again and again. No line is torn, none is lost.
# hooks: write
# expect: 20000 lines, 20000 different, all whole
import os
import sys

import greenhost

TASKS, LINES = 20, 1000
reader, writer = os.pipe()
real, sys.stdout = sys.stdout, open(writer, "w", buffering=1)


def talk(number):
    for line in range(LINES):
        print(f"<{number}:{line}:{'x' * 70}>")


def listen():
    with open(reader) as lines:
        return lines.read().splitlines()


talkers = [greenhost.spawn(talk, number) for number in range(TASKS)]
listener = greenhost.spawn(listen)
for talker in talkers:
    talker.join()
sys.stdout.close()
sys.stdout = real
lines = listener.result()
whole = all(line[0] == "<" and line[-1] == ">" and len(line) > 70 for line in lines)
print(f"{len(lines)} lines, {len(set(lines))} different, {'all whole' if whole else 'some torn'}")
