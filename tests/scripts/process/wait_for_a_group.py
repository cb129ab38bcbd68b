# SPDX-License-Identifier: MIT OR Apache-2.0
# A process group is waited for by its number, one's own as 0, and others' children do not end that.
# hooks: waitpid waitid
# expect: the group's 7
# expect: the group's 8
# expect: our own 9
import os

import greenhost


def start(code, pipe, **options):
    os.set_inheritable(pipe, True)
    return os.posix_spawn(
        "/bin/sh", ["sh", "-c", f"read x </dev/fd/{pipe}; exit {code}"], {}, **options
    )


r, w = os.pipe()
never, _ = os.pipe()
group = start(7, r, setpgroup=0)
start(8, r, setpgroup=group)
own = start(9, r)
stays = start(0, never)


def wait_for_group():
    _, status = os.waitpid(-group, 0)
    codes = [os.waitstatus_to_exitcode(status)]
    codes.append(os.waitid(os.P_PGID, group, os.WEXITED).si_status)
    for code in sorted(codes):
        print("the group's", code)


def wait_for_own():
    _, status = os.waitpid(0, 0)
    return os.waitstatus_to_exitcode(status)


tasks = [greenhost.spawn(wait_for_group), greenhost.spawn(wait_for_own)]
greenhost.checkpoint()
os.close(r)
os.close(w)
tasks[0].join()
print("our own", tasks[1].result())
os.kill(stays, 9)
os.waitpid(stays, 0)
