# SPDX-License-Identifier: MIT OR Apache-2.0
# A child that stops and goes on is told to whom asked; to whom did not, only its end.
# hooks: waitpid waitid
# expect: stopped
# expect: continued
# expect: ended
import os
import signal

import greenhost

pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})


def wait_for_all():
    _, status = os.waitpid(pid, os.WUNTRACED)
    print("stopped" if os.WIFSTOPPED(status) else status)
    task = greenhost.spawn(os.kill, pid, signal.SIGCONT)
    info = os.waitid(os.P_PID, pid, os.WCONTINUED)
    print("continued" if info.si_code == os.CLD_CONTINUED else info)
    task.join()


def wait_for_end():
    _, status = os.waitpid(pid, 0)
    print("ended" if os.WIFSIGNALED(status) else status)


tasks = [greenhost.spawn(wait_for_all), greenhost.spawn(wait_for_end)]
greenhost.checkpoint()
os.kill(pid, signal.SIGSTOP)
tasks[0].join()
os.kill(pid, signal.SIGKILL)
tasks[1].join()
