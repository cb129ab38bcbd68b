# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that recurses without end gets RecursionError; those beside it, parked deep, are fine.
# expect: deep: 500
# expect: RecursionError
# expect: deep: 500
import greenhost


def endless():
    return endless() + 1


def deep(levels):
    if levels == 0:
        greenhost.checkpoint()
        greenhost.checkpoint()
        return 0
    return deep(levels - 1) + 1


def recurse():
    try:
        endless()
    except RecursionError:
        return "RecursionError"


tasks = [greenhost.spawn(deep, 500), greenhost.spawn(recurse), greenhost.spawn(deep, 500)]
for task in tasks:
    result = task.result()
    print(result if isinstance(result, str) else f"deep: {result}")
