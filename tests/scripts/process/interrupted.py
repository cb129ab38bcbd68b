# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal ends the main task's waitpid() with EINTR, unless its handler asks for restarts.
# hooks: waitpid wait
# expect: waitpid -1 EINTR
# expect: wait -1 EINTR
# expect: restarted: True
import ctypes
import errno
import os
import signal

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
other = greenhost.spawn(greenhost.sleep, 60)


def say(name, result):
    print(name, result, errno.errorcode[ctypes.get_errno()])


def kill_later():
    greenhost.sleep(0.02)
    os.kill(os.getpid(), signal.SIGUSR1)
    greenhost.checkpoint()
    os.kill(pid, signal.SIGKILL)


signal.signal(signal.SIGALRM, lambda signum, frame: None)
greenhost.spawn(os.kill, os.getpid(), signal.SIGALRM)
say("waitpid", libc.waitpid(pid, None, 0))
greenhost.spawn(os.kill, os.getpid(), signal.SIGALRM)
say("wait", libc.wait(None))
signal.signal(signal.SIGUSR1, lambda signum, frame: None)
signal.siginterrupt(signal.SIGUSR1, False)
killer = greenhost.spawn(kill_later)
print("restarted:", libc.waitpid(pid, None, 0) == pid)
killer.join()
other.cancel()
other.join()
