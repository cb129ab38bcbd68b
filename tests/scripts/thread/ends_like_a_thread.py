# SPDX-License-Identifier: MIT OR Apache-2.0
# How a thread's function may end, and what is told of it, in threading and below it.
# options: --threads=tasks
# expect: hook: ValueError in named
# expect: unraisable: KeyError in raw
# expect: SystemExit is silent, of both kinds
# expect: raw() takes no third argument that is not a dictionary
import _thread
import sys
import threading

done = threading.Semaphore(0)


def raw(error):
    try:
        raise error
    finally:
        done.release()


threading.excepthook = lambda a: print("hook:", a.exc_type.__name__, "in", a.thread.name)
sys.unraisablehook = lambda u: print("unraisable:", u.exc_type.__name__, "in", u.object.__name__)
thread = threading.Thread(target=raw, args=(ValueError(),), name="named")
thread.start()
thread.join()
for error in (KeyError(), SystemExit(3)):
    _thread.start_new_thread(raw, (error,))
for _ in range(3):
    done.acquire()
while _thread._count():
    pass
threading.excepthook = threading.__excepthook__
thread = threading.Thread(target=sys.exit)
thread.start()
thread.join()
print("SystemExit is silent, of both kinds")
try:
    _thread.start_new_thread(raw, (), 3)
except TypeError:
    print("raw() takes no third argument that is not a dictionary")
