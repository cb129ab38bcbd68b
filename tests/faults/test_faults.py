# SPDX-License-Identifier: MIT OR Apache-2.0
"""Each call that a small program makes of its host fails once, and nothing worse comes of it.

The program (program.py) is run once for each call, by an executable (faults.c) that fails that one.
It may end with an exit code or an exception, as long as it ends, by itself, and what it had printed
is there. A call that is only interrupted changes nothing.
"""

import concurrent.futures
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GREENHOST = (ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve()
FAULTY = GREENHOST.parent / "tests" / "faults" / "greenhost"
PROGRAM = HERE / "program.py"
OPENING = HERE / "opening.py"
GROWING = HERE / "growing.py"
PATIENCE = 300
AT_ONCE = 2


class Result(NamedTuple):
    code: int | None  # None: it did not end
    lines: list[str]
    errors: str
    counted: int  # how many lines the program says it has printed
    log: str  # the call that failed, or how many there were


def run(faults, number, program=PROGRAM):
    with tempfile.TemporaryDirectory(prefix="greenhost-faults-") as name:
        directory = Path(name)
        count, log = directory / "count", directory / "log"
        count.write_bytes(b"\0")
        log.write_bytes(b"")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment |= {"FAULTS": faults, "FAULT_AT": str(number), "FAULT_LOG": str(log)}
        environment["PYTHONPATH"] = str(ROOT / "pylib")
        process = subprocess.Popen(
            [FAULTY, "-B", program, count],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        try:
            out, err = process.communicate(timeout=PATIENCE)
            code = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            code = None
        return Result(code, out.splitlines(), err, count.read_bytes()[0], log.read_text())


class FaultsTest(unittest.TestCase):
    maxDiff = None

    def whole(self, faults, program=PROGRAM):
        """A run in which nothing fails."""
        result = run(faults, 0, program)
        self.assertEqual((result.code, result.errors), (0, ""), result)
        return result

    def check_each(self, faults, check, program=PROGRAM):
        """Check the runs in which one call after the other fails."""
        total = int(self.whole(faults, program).log)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            numbers = range(1, total + 1)
            for number, result in zip(
                numbers, pool.map(lambda n: run(faults, n, program), numbers)
            ):
                with self.subTest(faults, call=number, name=result.log):
                    check(result)

    def assert_bearable(self, result):
        self.assertIsNotNone(result.code, f"it did not end: {result}")
        self.assertGreaterEqual(result.code, 0, f"death by a signal: {result}")
        self.assertGreaterEqual(len(result.lines), result.counted, f"lost output: {result}")

    def test_a_call_of_the_surface_fails(self):
        self.check_each("surface", self.assert_bearable)

    def test_what_the_runtime_needs_is_refused(self):
        self.check_each("runtime", self.assert_bearable)

    def test_a_call_is_interrupted(self):
        expected = sorted(self.whole("interrupts").lines)

        def assert_unchanged(result):
            self.assertEqual((result.code, sorted(result.lines)), (0, expected), result)

        self.check_each("interrupts", assert_unchanged)

    def test_the_loop_is_open_or_not_at_all(self):
        expected = self.whole("runtime", OPENING).lines

        def assert_opened_in_the_end(result):
            self.assertEqual((result.code, result.lines), (0, expected), result)

        self.check_each("runtime", assert_opened_in_the_end, OPENING)

    def test_no_room_for_one_more_deadline(self):
        result = run("growth", 0, GROWING)
        self.assertEqual(
            (result.code, result.lines), (0, ["Cancelled", "others ran: True"]), result
        )


if __name__ == "__main__":
    unittest.main()
