# SPDX-License-Identifier: MIT OR Apache-2.0
# The exception that a task is handling stays its own across switches, and a raise restores it.
# expect: ValueError('0') ValueError('1') ValueError('2')
# expect: main: (None, None, None)
# expect: KeyError('1') during ValueError('1')
import sys

import greenhost


def work(number):
    try:
        raise ValueError(str(number))
    except ValueError:
        greenhost.checkpoint()
        greenhost.checkpoint()
        return sys.exc_info()[1]


def chain(number):
    try:
        raise ValueError(str(number))
    except ValueError:
        greenhost.checkpoint()
        try:
            raise KeyError(str(number))
        except KeyError as error:
            greenhost.checkpoint()
            return error


tasks = [greenhost.spawn(work, number) for number in range(3)]
greenhost.checkpoint()
state = sys.exc_info()
print(*(repr(task.result()) for task in tasks))
print("main:", state)
error = [task.result() for task in [greenhost.spawn(chain, number) for number in range(3)]][1]
print(repr(error), "during", repr(error.__context__))
