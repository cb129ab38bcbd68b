# SPDX-License-Identifier: MIT OR Apache-2.0
# No standstill while the program handles a signal, SIGINT with a handler of its own included.
# expect: woken by SIGTERM
# expect: woken by SIGINT
import os
import signal
import subprocess
import threading


def wait_for(number):
    event = threading.Event()
    signal.signal(number, lambda number, frame: event.set())
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.05; kill -{number.value} {os.getpid()}"])
    event.wait()
    signal.signal(number, signal.SIG_IGN)
    print("woken by", number.name)
    killer.wait()


wait_for(signal.SIGTERM)
wait_for(signal.SIGINT)
