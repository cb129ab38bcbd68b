# SPDX-License-Identifier: MIT OR Apache-2.0
# A task may exec: the new program has the descriptors, signals and mask that python's would have.
# expect: closed: True
# expect: ignored: 0000000001001000 blocked: 0000000000000000
import os
import sys

import greenhost

SCRIPT = """
import os
fds = [int(fd) for fd in os.listdir('/proc/self/fd')]
print('closed:', sorted(fds)[:-1] == [0, 1, 2])
status = dict(line.rstrip().split(':\\t') for line in open('/proc/self/status') if line[:3] == 'Sig')
# glibc ignores two numbers of its own in what posix_spawn starts, as make does with us.
ignored = int(status['SigIgn'], 16) & ~(3 << 31)
print('ignored:', f'{ignored:016x}', 'blocked:', status['SigBlk'])
"""

other = greenhost.spawn(greenhost.sleep, 60)
waiter = greenhost.spawn(os.waitid, os.P_PIDFD, os.pidfd_open(os.getpid()), os.WEXITED)
sys.stdout.flush()
greenhost.spawn(os.execv, "/usr/bin/python3", ["python3", "-c", SCRIPT])
greenhost.sleep(60)
