# SPDX-License-Identifier: MIT OR Apache-2.0
# A task's ident is no pthread_t; pthread_kill and pthread_getcpuclockid take it for its thread's.
# hooks: pthread_kill pthread_getcpuclockid
# expect: handled
# expect: True
# expect: handled
# expect: handled
import signal
import threading
import time

import greenhost

signal.signal(signal.SIGUSR1, lambda number, frame: print("handled"))


def kill_myself():
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    clock = time.pthread_getcpuclockid(threading.get_ident())
    print(time.clock_gettime(clock) > 0)


greenhost.spawn(kill_myself).result()
signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
# It must be there still when the thread comes to it: the ident of one that has ended is nobody's.
promise = greenhost.Promise()
task = greenhost.spawn(promise.result)
thread = threading.Thread(target=signal.pthread_kill, args=(task.ident, signal.SIGUSR1))
thread.start()
thread.join()
promise.set_result(None)
task.join()
