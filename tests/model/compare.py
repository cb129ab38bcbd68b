# SPDX-License-Identifier: MIT OR Apache-2.0
"""Random programs of scopes and nurseries, under Trio and under greenhost: what do they do?

    python3 compare.py GREENHOST FIRST LAST       # the seeds from FIRST to before LAST

Trio picks the order of those who are ready at random, and of a few programs the outcome depends on that:
those have to do what they do in one of several runs.

The last line says how many did the same. Of those that did not it prints the shortest: the program, and
the first moment in which they part.
"""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("program.py")


def run(python, *seeds):
    """What the programs did, from the one interpreter or the other."""
    done = subprocess.run([python, PROGRAM, *seeds], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


AGAIN = 20


def parts(ours, trios):
    """Whether they part, and go on to do so when Trio is asked again."""
    seed = ours[0]
    return ours != trios and all(
        run("/usr/bin/python3", str(seed), str(seed + 1)) != [ours] for _ in range(AGAIN)
    )


def describe(ours, trios):
    seed, log, program = ours
    moments = zip(log + [None], trios[1] + [None])
    here, (mine, its) = next((i, pair) for i, pair in enumerate(moments) if pair[0] != pair[1])
    return f"seed {seed}: {json.dumps(program)}\nmoment {here}\n  Trio: {its}\n  ours: {mine}"


def main(greenhost, *seeds):
    pairs = list(zip(run(greenhost, *seeds), run("/usr/bin/python3", *seeds)))
    apart = [pair for pair in pairs if parts(*pair)]
    if apart:
        print(describe(*min(apart, key=lambda pair: len(json.dumps(pair)))))
    print(f"{len(pairs) - len(apart)} of {len(pairs)} programs did the same")
    return len(apart) > 0 or not pairs


sys.exit(main(*sys.argv[1:]))
