# SPDX-License-Identifier: MIT OR Apache-2.0
"""A program ends in time and without a word while operations are under way."""
# expect: 0
# expect: []

import subprocess
import sys
import time

text = """
import os, subprocess, time, weakref
from greenhost import ops
reader, writer = os.pipe()
child = subprocess.Popen(["sleep", "0.3"])
kept = [ops.sleep(100), ops.readable(reader), ops.signal(10), ops.wait_process(child.pid)]
kept.append(ops.work(time.sleep, 0.2))
kept.append(kept)
"""
done = subprocess.run([sys.executable, "-c", text], stderr=subprocess.PIPE)
print(done.returncode)
print([line for line in done.stderr.splitlines() if b"ResourceWarning" not in line])
