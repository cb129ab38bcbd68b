# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a timeout may be: None, any number of seconds, not NaN, not a string."""
# expect: 0: TimeoutError, the others ran
# expect: -1: TimeoutError, the others ran
# expect: 0.01: TimeoutError, the others ran
# expect: True: done
# expect: None: done
# expect: inf: done
# expect: 1e+300: done
# expect: 18446744073709551616: done
# expect: nan: ValueError: NaN is no time; give a number of seconds
# expect: '1': TypeError: must be real number, not str
# expect: join: False True
# expect: <Promise>: was not done in time

import re
import time

import greenhost
from greenhost import spawn

for timeout in (0, -1, 0.01, True, None, float("inf"), 1e300, 2**64, float("nan"), "1"):
    slow = timeout is not True and timeout in (0, -1, 0.01)
    task, ran = spawn(time.sleep, 0.1 if slow else 0.01), []
    spawn(ran.append, "the others ran")
    try:
        task.result(timeout)
        print(f"{timeout!r}: done")
    except TimeoutError as error:
        print(f"{timeout!r}: {type(error).__name__}, {ran[0]}")
    except (TypeError, ValueError) as error:
        print(f"{timeout!r}: {type(error).__name__}: {error}")
    task.join()

task = spawn(time.sleep, 0.02)
print("join:", task.join(timeout=0.001), task.join(10))
try:
    greenhost.Promise().result(0)
except TimeoutError as error:
    print(re.sub("<Promise at .*>", "<Promise>:", str(error)))
