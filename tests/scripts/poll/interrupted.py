# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal ends the main task's poll() with EINTR, although its handler asks for restarts; a signal
# that the program does not handle doesn't.
# hooks: poll ppoll
# expect: poll -1 EINTR handled [14]
# expect: ppoll -1 EINTR handled [14, 14]
# expect: 0 after SIGCHLD
import ctypes
import errno
import os
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
handled = []
signal.signal(signal.SIGALRM, lambda signum, frame: handled.append(signum))
signal.siginterrupt(signal.SIGALRM, False)


def say(name, result):
    print(name, result, errno.errorcode[ctypes.get_errno()], "handled", handled)


def end_a_child(child):
    os.kill(child, signal.SIGKILL)
    greenhost.checkpoint()


other = greenhost.spawn(greenhost.sleep, 60)
greenhost.spawn(os.kill, os.getpid(), signal.SIGALRM)
say("poll", libc.poll(None, 0, -1))
greenhost.spawn(os.kill, os.getpid(), signal.SIGALRM)
say("ppoll", libc.ppoll(None, 0, None, None))

child = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
waiter = greenhost.spawn(os.wait)
killer = greenhost.spawn(end_a_child, child)
print(libc.poll(None, 0, 100), "after SIGCHLD")
waiter.join()
other.cancel()
other.join()
