# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run every test there is, one process for each file, and count.

C tests       build/tests/check_*, made with libcheck
Python tests  tests/*/test_*.py, made with unittest
scripts       tests/run.py, when it is there: it counts for itself
lint          `make lint`, as one test

Each Python test finds the executable in the environment variable GREENHOST. The last line is
"N passed, N failed", and the exit code is 1 when something failed.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
STALL_SECONDS = 900

# Greenlet moves pieces of stacks about, which the stack checks of ASan do not expect, and CPython
# keeps some memory until the process ends.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=no"]


class Counts:
    """How many tests passed and failed so far."""

    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name, passed, failed, seconds, output):
        self.passed += passed
        self.failed += failed
        verdict = "FAILED" if failed else "ok"
        print(f"  {name:<40} {passed:>4} passed {failed:>3} failed {seconds:6.1f} s  {verdict}")
        if failed:
            print("".join(f"    | {line}\n" for line in output.splitlines()), end="")
        sys.stdout.flush()


def run(command, environment):
    """Run a command to its end; return its exit code and all it printed.

    What it leaves behind goes too: it has a process group of its own.
    """
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        errors="backslashreplace",
    ) as process:
        try:
            output, _ = process.communicate(timeout=STALL_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += f"\nstopped: it did not end within {STALL_SECONDS} s\n"
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return process.returncode, output


def count_libcheck(output):
    found = re.findall(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", output, re.M)
    total = sum(int(checks) for checks, _, _ in found)
    failed = sum(int(failures) + int(errors) for _, failures, errors in found)
    return total - failed, failed


def count_unittest(output):
    total = sum(int(number) for number in re.findall(r"^Ran (\d+) tests? in", output, re.M))
    verdicts = re.findall(r"^FAILED \((.*)\)$", output, re.M)
    numbers = re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", " ".join(verdicts))
    failed = sum(map(int, numbers))
    return max(total - failed, 0), failed


def count_line(output):
    lines = output.strip().splitlines()
    found = re.search(r"(\d+) passed, (\d+) failed", lines[-1] if lines else "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def count_one(_):
    return 1, 0


def test(counts, name, command, environment, count):
    """Run one command and add what it counted. A bad exit that counted no failure is one."""
    start = time.monotonic()
    code, output = run(command, environment)
    passed, failed = count(output)
    if code != 0 and not failed:
        passed, failed = (0 if count is count_one else passed), 1
        output += f"\nexit code {code}\n"
    if code == 0 and not passed and not failed:
        failed, output = 1, output + "\nno test was run\n"
    counts.add(name, passed, failed, time.monotonic() - start, output)


def c_tests(counts, build, environment, valgrind):
    prefix = []
    if valgrind:
        suppressions = sorted(TESTS.glob("*.supp"))
        prefix = VALGRIND + [f"--suppressions={path}" for path in suppressions]
        environment = {**environment, "PYTHONMALLOC": "malloc", "CK_TIMEOUT_MULTIPLIER": "30"}
    for source in sorted(TESTS.glob("check_*.c")):
        program = build / "tests" / source.stem
        command = [*prefix, str(program)]
        test(counts, source.stem, command, {**environment, **SANITIZERS}, count_libcheck)


def python_tests(counts, environment):
    for path in sorted(TESTS.glob("*/test_*.py")):
        name = str(path.relative_to(TESTS))
        test(counts, name, [sys.executable, str(path)], environment, count_unittest)
    runner = TESTS / "run.py"
    if runner.exists():
        test(counts, runner.name, [sys.executable, str(runner)], environment, count_line)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", help="where make put everything")
    parser.add_argument("--only-c", action="store_true", help="no Python tests")
    parser.add_argument("--only-python", action="store_true", help="no C tests")
    parser.add_argument("--valgrind", action="store_true", help="run the C tests under valgrind")
    parser.add_argument("--collect", action="store_true", help="let the collector run all the time")
    parser.add_argument("--lint", action="store_true", help="end with `make lint`")
    return parser.parse_args()


def make_environment(options, build):
    # What the caller's shell says about some Python of its own would change what is tested.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_"))}
    environment["GREENHOST"] = str(build / "greenhost")
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    if options.collect:
        environment["PYTHONPATH"] = str(TESTS / "collect")
    return environment


def main():
    options = parse_options()
    build = ROOT / options.build
    environment = make_environment(options, build)
    counts = Counts()
    start = time.monotonic()
    if not options.only_python:
        c_tests(counts, build, environment, options.valgrind)
    if not options.only_c:
        python_tests(counts, environment)
    if options.lint:
        test(counts, "lint", ["make", "--no-print-directory", "lint"], environment, count_one)
    print(f"in {time.monotonic() - start:.0f} s")
    print(f"{counts.passed} passed, {counts.failed} failed")
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
