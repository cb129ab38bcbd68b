# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the jobs of the soak share."""

import random

import greenhost

# Seconds after which something that should have happened has not.
PATIENCE = 60

chance = random.Random()


def a_while(most=0.02):
    """Seconds: none, next to none, or up to `most`."""
    return chance.choice((0, 0.0001, chance.random() * most))


class Beside:
    """A task that does not outlive the block."""

    def __init__(self, function, *arguments):
        self.task = greenhost.spawn(function, *arguments)

    def __enter__(self):
        return self.task

    def __exit__(self, *_):
        self.task.cancel()
        self.task.join()
