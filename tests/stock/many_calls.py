# SPDX-License-Identifier: MIT OR Apache-2.0
# urllib, in a ThreadPoolExecutor, calls the server in another process whose port is the argument. It answers
# none before all have asked.
import os
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from meet import JOBS

url = f"http://127.0.0.1:{sys.argv[1]}/"


def call(_number):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


with ThreadPoolExecutor(JOBS) as pool:
    answers = list(pool.map(call, range(JOBS)))
    threads = os.listdir("/proc/self/task")
assert len(threads) <= 2, "this one and the watchdog"
print(len(answers), *set(answers))
