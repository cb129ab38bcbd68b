# SPDX-License-Identifier: MIT OR Apache-2.0
"""A traceback that nobody catches shows the program's own lines and none of greenhost's."""
# expect-exit: 1
# expect-stderr: ^Traceback \(most recent call last\):\n  File "[^"]*only_user_frames.py", line \d+, in <module>\n    await_\(outer\(\)\)\n  File "[^"]*only_user_frames.py", line \d+, in outer\n    await inner\n  File "[^"]*only_user_frames.py", line \d+, in inner_task\n    raise ValueError\("seen"\)\nValueError: seen\n$

from greenhost import await_, spawn


def inner_task():
    raise ValueError("seen")


async def outer():
    inner = spawn(inner_task)
    await inner


await_(outer())
