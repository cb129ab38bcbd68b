# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that the program blocks, but not during ppoll(), ends the call and is handled there:
# when it comes during the call, and when it was pending before.
# hooks: ppoll
# expect: pending: -1 EINTR True
# expect: during: -1 EINTR True
# expect: blocked again: []
import ctypes
import errno
import os
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
handled = []
signal.signal(signal.SIGUSR1, lambda signum, frame: handled.append(signum))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
nothing = ctypes.create_string_buffer(128)


def wait(name):
    result = libc.ppoll(None, 0, None, nothing)
    print(f"{name}:", result, errno.errorcode[ctypes.get_errno()], handled == [signal.SIGUSR1])
    handled.clear()


def send():
    os.kill(os.getpid(), signal.SIGUSR1)


other = greenhost.spawn(greenhost.sleep, 60)
send()
wait("pending")
sender = greenhost.spawn(send)
wait("during")
send()
greenhost.checkpoint()
print("blocked again:", handled)
other.cancel()
other.join()
