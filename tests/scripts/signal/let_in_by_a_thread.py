# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that main blocks ends the calls of a thread that lets it in: for a call, or altogether.
# options: --threads=tasks
# options: --threads=os
# hooks: pause
# expect: ppoll: EINTR
# expect: sigsuspend: EINTR
# expect: pause: EINTR
# expect: handled 1
import ctypes
import errno
import os
import signal
import threading

libc = ctypes.CDLL(None, use_errno=True)
nothing = ctypes.create_string_buffer(128)
NUMBERS = [signal.SIGUSR1]
CALLS = {
    "ppoll": lambda: libc.ppoll(None, 0, None, nothing),
    "sigsuspend": lambda: libc.sigsuspend(nothing),
    "pause": libc.pause,
}


def wait(name):
    if name == "pause":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, NUMBERS)
    CALLS[name]()
    print(f"{name}: {errno.errorcode[ctypes.get_errno()]}")


handled = set()
signal.signal(signal.SIGUSR1, lambda number, frame: handled.add(number))
signal.pthread_sigmask(signal.SIG_BLOCK, NUMBERS)
for name in CALLS:
    thread = threading.Thread(target=wait, args=(name,))
    thread.start()
    while thread.is_alive():
        os.kill(os.getpid(), signal.SIGUSR1)
        thread.join(0.01)
print("handled", len(handled))
