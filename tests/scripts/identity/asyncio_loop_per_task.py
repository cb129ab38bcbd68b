# SPDX-License-Identifier: MIT OR Apache-2.0
# Each task may run an asyncio loop of its own; none sees another's.
# expect: RuntimeError outside
# expect: 0 own loop
# expect: 1 own loop
# expect: 2 own loop
# expect: RuntimeError outside
import asyncio

import greenhost


async def check(number, loops):
    loops.add(asyncio.get_running_loop())
    await asyncio.sleep(0)
    greenhost.checkpoint()
    await asyncio.sleep(0)
    assert asyncio.get_running_loop() in loops
    return asyncio.get_running_loop()


def run(number):
    loops = set()
    same = asyncio.run(check(number, loops)) in loops
    print(number, "own loop" if same and len(loops) == 1 else "another's")


def outside():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        print("RuntimeError outside")


outside()
for task in [greenhost.spawn(run, number) for number in range(3)]:
    task.result()
outside()
