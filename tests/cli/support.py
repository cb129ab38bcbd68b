# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of the command line share: run python3 and greenhost alike, and compare.

GREENHOST names the executable, build/greenhost by default.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
PYTHON = "/usr/bin/python3"
# Long enough for a loaded machine; only a hang gets that far.
PATIENCE = 300


class Result(NamedTuple):
    """What a program did: its exit code (negative for death by a signal) and what it wrote."""

    code: int
    out: str
    err: str


def environment(**changes):
    """The caller's environment without what would steer a Python, and with these changes."""
    steering = ("PYTHON", "VIRTUAL_ENV", "GREENHOST")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(steering)}
    return {**clean, "PYTHONDONTWRITEBYTECODE": "1", **changes}


def run(program, *args, stdin="", cwd=None, env=None, stdout=subprocess.PIPE):
    """Run one program; in what it wrote its name reads PROGRAM, and addresses ADDRESS."""
    program = str(program)
    done = subprocess.run(
        [program, *map(str, args)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(**(env or {})),
        text=True,
        timeout=PATIENCE,
    )
    out, err = (
        re.sub(r"\b0x[0-9a-f]{6,}", "ADDRESS", text.replace(program, "PROGRAM"))
        for text in (done.stdout or "", done.stderr)
    )
    return Result(done.returncode, out, err)


class TestCase(unittest.TestCase):
    """A test with a directory of its own, and means to compare greenhost with python3."""

    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="greenhost-cli-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name).resolve()

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def assert_same(self, *args, code=None, **how):
        """greenhost, hosted and plain, does what python3 does. Returns what that was."""
        how.setdefault("cwd", self.directory)
        expected = run(PYTHON, *args, **how)
        if code is not None:
            self.assertEqual(expected.code, code, expected)
        self.assertEqual(run(GREENHOST, *args, **how), expected)
        self.assertEqual(run(GREENHOST, "--plain", *args, **how), expected, "with --plain")
        return expected

    def hosted(self, *args, **how):
        """Run greenhost alone, and expect it to end well. Returns what it wrote."""
        how.setdefault("cwd", self.directory)
        done = run(GREENHOST, *args, **how)
        self.assertEqual((done.code, done.err), (0, ""))
        return done.out
