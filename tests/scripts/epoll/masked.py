# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal that only the mask of epoll_pwait lets through ends the call and is handled there.
# hooks: epoll_pwait epoll_pwait2
# expect: -1 EINTR [10]
# expect: -1 EINTR [10, 10]
import ctypes
import errno
import os
import select
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
handled = []
signal.signal(signal.SIGUSR1, lambda signum, frame: handled.append(signum))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
nothing = ctypes.create_string_buffer(128)
poller = select.epoll()
events = ctypes.create_string_buffer(64)


def say(result):
    print(result, errno.errorcode[ctypes.get_errno()], handled)


sender = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR1)
say(libc.epoll_pwait(poller.fileno(), events, 4, -1, nothing))
sender = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR1)
say(libc.epoll_pwait2(poller.fileno(), events, 4, None, nothing))
