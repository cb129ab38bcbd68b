# SPDX-License-Identifier: MIT OR Apache-2.0
"""What await_(checkpoint) costs beside a bare `await`, on asyncio, and a portal to a task that awaits
once: the least, in processor time.

    python3 await.py build/greenhost

Where greenback is installed for python3, its await_() is measured under that in the same way.
"""

import asyncio
import importlib.util
import subprocess
import sys
import time

COUNT = 500
ROUNDS = 500


async def measure(name: str) -> None:
    """Take turns, so that a busy machine is unfair to all in the same way."""
    library = importlib.import_module(name)
    await_ = library.await_
    loops = {"await": [], "await, with a portal": [], "await_()": []}
    loops |= {"task": [], "task, with a portal": []}

    async def bare():
        start = time.process_time()
        for _ in range(COUNT):
            await asyncio.sleep(0)
        return time.process_time() - start

    async def through_portal():
        await library.ensure_portal()
        loops["await, with a portal"].append(await bare())
        start = time.process_time()
        for _ in range(COUNT):
            await_(asyncio.sleep(0))
        loops["await_()"].append(time.process_time() - start)

    async def tasks(prepare):
        start = time.process_time()
        for _ in range(COUNT):
            task = asyncio.create_task(asyncio.sleep(0))
            prepare(task)
            await task
        return time.process_time() - start

    for _ in range(ROUNDS):
        loops["await"].append(await bare())
        await asyncio.create_task(through_portal())
        loops["task"].append(await tasks(lambda task: None))
        loops["task, with a portal"].append(await tasks(library.bestow_portal))
    least = {what: min(times) / COUNT for what, times in loops.items()}
    for what, seconds in least.items():
        ratio = seconds / least[what.split(",")[0].replace("await_()", "await")]
        print(f"{name:10} {what:22} {seconds * 1e6:6.2f} us  {ratio:5.2f} x")


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        asyncio.run(measure(sys.argv[2]))
        return
    subprocess.run([sys.argv[1], __file__, "--measure", "greenhost"], check=True)
    if importlib.util.find_spec("greenback") is not None:
        subprocess.run([sys.executable, __file__, "--measure", "greenback"], check=True)


if __name__ == "__main__":
    main()
