# SPDX-License-Identifier: MIT OR Apache-2.0
# Waiting until a terminal has sent everything lets others run.
# hooks: tcdrain tcsetattr
# expect: tcdrain parked, then None
# expect: tcsetattr parked, then None
import pty
import termios

import greenhost

master, slave = pty.openpty()


def drain(name, *arguments):
    task = greenhost.spawn(getattr(termios, name), slave, *arguments)
    greenhost.checkpoint()
    print(f"{name} {task.state}, then {task.result()}")


drain("tcdrain")
drain("tcsetattr", termios.TCSADRAIN, termios.tcgetattr(slave))
