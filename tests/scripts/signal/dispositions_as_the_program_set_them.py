# SPDX-License-Identifier: MIT OR Apache-2.0
# sigaction and signal tell the program what it set, not what the runtime put in its place.
# hooks: sigaction signal
# expect: a function of C, by signal(): True
# expect: seen by sigaction(): True with SA_RESTART: True
# expect: its handler ran: True
# expect: reset to default by SA_RESETHAND: True
# expect: EINVAL
import ctypes
import errno
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
libc.signal.restype = ctypes.c_void_p
ran = []
SA_RESETHAND, SA_RESTART = 0x80000000, 0x10000000


class Action(ctypes.Structure):
    _fields_ = [
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_byte * 128),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    ]


@ctypes.CFUNCTYPE(None, ctypes.c_int)
def handler(number):
    ran.append(number)


def current():
    action = Action()
    libc.sigaction(signal.SIGUSR1, None, ctypes.byref(action))
    return action


address = ctypes.cast(handler, ctypes.c_void_p)
libc.signal(signal.SIGUSR1, address)
print("a function of C, by signal():", libc.signal(signal.SIGUSR1, address) == address.value)
action = current()
print("seen by sigaction():", action.handler == address.value, end=" ")
print("with SA_RESTART:", bool(action.flags & SA_RESTART))
os.kill(os.getpid(), signal.SIGUSR1)
print("its handler ran:", ran == [signal.SIGUSR1])
action.flags |= ctypes.c_int(SA_RESETHAND).value
libc.sigaction(signal.SIGUSR1, ctypes.byref(action), None)
os.kill(os.getpid(), signal.SIGUSR1)
print("reset to default by SA_RESETHAND:", len(ran) == 2 and current().handler is None)
libc.signal(1000, None)
print(errno.errorcode[ctypes.get_errno()])
