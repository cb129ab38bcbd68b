# SPDX-License-Identifier: MIT OR Apache-2.0
"""Random programs of cancel scopes and nurseries do what they do under Trio; more with `make model`."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
SEEDS = 300


class ModelTest(unittest.TestCase):
    maxDiff = None

    def test_the_same_as_under_trio(self):
        compare = [sys.executable, ROOT / "tests/model/compare.py", GREENHOST, "0", str(SEEDS)]
        done = subprocess.run(compare, capture_output=True, text=True)
        self.assertEqual(
            (done.stdout, done.stderr), (f"{SEEDS} of {SEEDS} programs did the same\n", "")
        )


if __name__ == "__main__":
    unittest.main()
