# SPDX-License-Identifier: MIT OR Apache-2.0
# signal.alarm and setitimer wake a main task that is parked, also where nothing else could.
# expect: the timer
# expect: again
# expect: acquired
import signal
import threading

lock = threading.Lock()
lock.acquire()
times = 0


def on_alarm(number, frame):
    global times
    times += 1
    print("the timer" if times == 1 else "again")
    if times == 2:
        lock.release()
        signal.setitimer(signal.ITIMER_REAL, 0)


signal.signal(signal.SIGALRM, on_alarm)
# So rarely that one comes after the other has been handled.
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.2)
lock.acquire()
print("acquired")
