# SPDX-License-Identifier: MIT OR Apache-2.0
# A child of vfork resets its signal handlers before it execs, on memory that is ours.
# hooks: vfork
# expect: 0
# expect: handled SIGHUP
import os
import signal
import subprocess

signal.signal(signal.SIGHUP, lambda number, frame: print("handled", signal.Signals(number).name))
print(subprocess.run(["true"], restore_signals=True).returncode)
os.kill(os.getpid(), signal.SIGHUP)
