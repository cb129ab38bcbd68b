# SPDX-License-Identifier: MIT OR Apache-2.0
# With no other task, main's calls are the system's own; signals interrupt them as they always did.
# expect: sleep: handled and interrupted
# expect: recv: handled and interrupted
# expect: waitpid: handled and interrupted
# expect: computing: handled and interrupted
# expect: lock: handled and interrupted
# expect: thread's join: handled and interrupted
import os
import signal
import socket
import subprocess
import threading
import time


class Alarm(Exception):
    pass


def on_alarm(number, frame):
    global wanted
    if wanted:
        wanted = False
        raise Alarm


def compute():
    while True:
        pass


def waitpid():
    os.waitpid(child.pid, 0)


signal.signal(signal.SIGALRM, on_alarm)
left, right = socket.socketpair()
lock, event = threading.Lock(), threading.Event()
lock.acquire()
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
thread = threading.Thread(target=event.wait)
thread.start()
for what, wait in {
    "sleep": lambda: time.sleep(20),
    "recv": lambda: right.recv(1),
    "waitpid": waitpid,
    "computing": compute,
    "lock": lock.acquire,
    "thread's join": thread.join,
}.items():
    wanted = True
    try:
        # A signal that comes just before a call does not end it, so there are more of them.
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.1)
        wait()
    except Alarm:
        print(what + ": handled and interrupted")
signal.setitimer(signal.ITIMER_REAL, 0)
child.communicate()
event.set()
thread.join()
