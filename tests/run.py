#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run the tests, one process each, and count.

conformance  the quick part of the tests of CPython, greenlet and Trio, in the main task and in another
c         build/tests/check_*, made with libcheck
python    tests/*/test_*.py, made with unittest; GREENHOST names the executable
script    tests/scripts/FAMILY/BEHAVIOUR.py, run by greenhost; its comments say what is expected:
              # expect: a line of standard output; all of them, in order, are the whole of it
              # expect-exit: the exit code, 0 by default, negative for death by a signal
              # expect-stderr: a pattern to find on standard error, which is else to be empty
              # options: what stands before the script on the command line; a run for each line
              # hooks: the functions of libc whose parking the script exercises in a task
              # measures: memory, which tools falsify: left out with --malloc
              # not under valgrind: why
surface   every function of runtime/hooks/hooks.def is exercised by a script
lint      `make lint`

Without --kind, all but lint. A NAME selects the tests that have it in their path. What fails is run
again, alone, once the others have ended, and what passes then is said to have needed it. The last
line is "N passed, N failed", and the exit code is 1 when something failed.
"""

import argparse
import concurrent.futures
import difflib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Callable, NamedTuple

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
HOOKS_DEF = ROOT / "runtime" / "hooks" / "hooks.def"
KINDS = ("conformance", "c", "python", "script", "surface", "lint")
SCRIPT_SECONDS = 30
FILE_SECONDS = 900

# A test may fail for the load that the others are. When more than this many fail, that is not why.
ACCIDENTS = 10

# Under valgrind a program may take this much longer.
SLOWER = 20
# tests/README.md says what each of these is for.
VALGRIND_FOUND = 99
VALGRIND = ["valgrind", "--quiet", f"--error-exitcode={VALGRIND_FOUND}", "--leak-check=no"]
VALGRIND_PYTHON = ["--undef-value-errors=no", "--log-file=valgrind.%p"]
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}


class Done(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str


class Verdict(NamedTuple):
    """What a test came to: how many checks passed and failed, and what to show of the latter."""

    passed: int
    failed: int
    text: str = ""


class Test(NamedTuple):
    """A process to run and a judge of how it ended; tests are counted in groups."""

    group: str
    name: str
    command: list[str]
    judge: Callable[[Done], Verdict]
    seconds: float


# ---- running one process ----


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for(process, seconds):
    """Its output, once all who have that open have closed it, and whether it had to be stopped."""
    try:
        return *process.communicate(timeout=seconds), False
    except subprocess.TimeoutExpired:
        kill_group(process)
    try:
        return *process.communicate(timeout=5), True
    except subprocess.TimeoutExpired as late:
        # A child that made a session of its own still has it.
        return late.stdout or b"", late.stderr or b"", True


def run(test, environment):
    """Run a test in an empty directory. What it leaves behind, processes included, goes."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="greenhost-test-") as directory:
        process = subprocess.Popen(
            test.command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        out, err, stopped = wait_for(process, test.seconds)
        kill_group(process)
        logs = b"".join(path.read_bytes() for path in Path(directory).glob("valgrind.*"))
    err += logs if process.wait() == VALGRIND_FOUND else b""
    done = Done(process.wait(), *(text.decode(errors="backslashreplace") for text in (out, err)))
    verdict = test.judge(done)
    if stopped:
        text = f"stopped: it did not end within {test.seconds:.0f} s\n" + verdict.text
        verdict = Verdict(verdict.passed if verdict.failed else 0, verdict.failed or 1, text)
    return verdict, time.monotonic() - start


# ---- scripts ----


def comments(text, key):
    return re.findall(rf"^# {key}: ?(.*)$", text, re.M)


def difference(expected, actual):
    lines = difflib.unified_diff(
        expected.splitlines(), actual.splitlines(), "expected output", "its output", "", "", 99, ""
    )
    return "\n".join(lines) or f"the output ends differently: {actual[-60:]!r}"


def judge_script(text, done):
    expected = "".join(line + "\n" for line in comments(text, "expect"))
    code = int((comments(text, "expect-exit") or ["0"])[-1])
    patterns = comments(text, "expect-stderr")
    problems = [f"{p!r} not found" for p in patterns if not re.search(p, done.err, re.S)]
    if done.out != expected:
        problems.append(difference(expected, done.out))
    if done.code != code:
        problems.append(f"exit code {done.code}, expected {code}")
    if done.err and (problems or not patterns):
        problems.append("standard error:\n" + done.err)
    return Verdict(0, 1, "\n".join(problems)) if problems else Verdict(1, 0)


def script_paths():
    """All scripts; a file that expects nothing and exercises nothing is a script's helper."""
    for path in sorted((TESTS / "scripts").glob("*/*.py")):
        if re.search("^# (expect|hooks)", path.read_text(), re.M):
            yield path


def script_tests(greenhost, prefix, slower, left_out):
    for path in script_paths():
        name = path.relative_to(TESTS)
        if any(comments(path.read_text(), key) for key in left_out):
            continue

        def judge(done, path=path):
            return judge_script(path.read_text(), done)

        for options in comments(path.read_text(), "options") or [""]:
            command = [*prefix, str(greenhost), *options.split(), str(path)]
            shown = f"{name} {options}".strip()
            yield Test(str(name.parent), shown, command, judge, SCRIPT_SECONDS * slower)


# ---- files of tests, which count for themselves ----


def file_verdict(done, total, failed):
    """What a file counted, unless its exit code belies it."""
    output = done.out + done.err
    if done.code != 0 and failed == 0:
        return Verdict(total, 1, f"{output}\nexit code {done.code}")
    if total == 0:
        return Verdict(0, 1, f"{output}\nno test was run")
    return Verdict(total - failed, failed, output)


def judge_libcheck(done):
    found = re.findall(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", done.out, re.M)
    total = sum(int(checks) for checks, _, _ in found)
    return file_verdict(done, total, sum(int(f) + int(e) for _, f, e in found))


def judge_unittest(done):
    total = sum(map(int, re.findall(r"^Ran (\d+) tests? in", done.err, re.M)))
    verdicts = " ".join(re.findall(r"^FAILED \((.*)\)$", done.err, re.M))
    failed = sum(map(int, re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", verdicts)))
    return file_verdict(done, max(total, failed), failed)


def judge_conformance(done):
    counts = re.findall(r"^(\d+) passed, (\d+) failed$", done.out, re.M)
    passed, failed = map(int, counts[-1]) if counts else (0, 1)
    return file_verdict(done, passed + failed, failed)


def judge_lint(done):
    return file_verdict(done, 1, int(done.code != 0))


def c_tests(build, prefix, slower):
    for source in sorted(TESTS.glob("check_*.c")):
        command = [*prefix, str(build / "tests" / source.stem)]
        yield Test(source.name, source.name, command, judge_libcheck, FILE_SECONDS * slower)


def python_tests(slower):
    for path in sorted(TESTS.glob("*/test_*.py")):
        name = str(path.relative_to(TESTS))
        yield Test(name, name, [sys.executable, str(path)], judge_unittest, FILE_SECONDS * slower)


def conformance_tests(build):
    """One process: its tests mostly wait, so it runs more of them at a time than the others."""
    command = [sys.executable, str(TESTS / "conformance" / "run.py"), "--quick", "--jobs", "4"]
    command += ["--greenhost", str(build / "greenhost"), "--results", str(build / "conformance")]
    yield Test("conformance", "conformance", command, judge_conformance, FILE_SECONDS)


# ---- the surface is complete ----


def hook_names():
    text = re.sub(r"/\*.*?\*/", "", HOOKS_DEF.read_text(), flags=re.S)
    return set(re.findall(r"^HOOK\w*\(\s*\w+\s*,[^,]+,\s*(\w+)\s*[,)]", text, re.M))


def surface_verdict():
    """Each hook has a script that exercises it, and each name that a script gives is a hook."""
    hooks, exercised, problems = hook_names(), set(), []
    for path in script_paths():
        named = {name for line in comments(path.read_text(), "hooks") for name in line.split()}
        exercised |= named
        for name in sorted(named - hooks):
            problems.append(f"{path.relative_to(TESTS)}: hooks.def has no {name}")
    for name in sorted(hooks - exercised):
        problems.append(f"no script exercises {name}; write one with `# hooks: {name}`")
    return Verdict(len(hooks & exercised), len(problems), "\n".join(problems))


# ---- all of it ----


class Report:
    """Prints what failed at once, and each group's counts when the last of it has run."""

    def __init__(self, tests, verbose):
        self.verbose = verbose
        self.left = Counter(test.group for test in tests)
        self.passed, self.failed, self.seconds = Counter(), Counter(), Counter()

    def line(self, name, passed, failed, seconds):
        verdict = "FAILED" if failed else "ok"
        print(f"  {name:<40} {passed:>4} passed {failed:>3} failed {seconds:7.1f} s  {verdict}")
        sys.stdout.flush()

    def show(self, name, verdict):
        if verdict.failed:
            print(f"  {name}:")
            print("".join(f"    | {line}\n" for line in verdict.text.splitlines()), end="")

    def add(self, group, name, verdict, seconds):
        self.passed[group] += verdict.passed
        self.failed[group] += verdict.failed
        self.seconds[group] += seconds
        self.left[group] -= 1
        self.show(name, verdict)
        if self.verbose and name != group:
            self.line(name, verdict.passed, verdict.failed, seconds)
        if self.left[group] <= 0:
            self.line(group, self.passed[group], self.failed[group], self.seconds[group])

    def replace(self, test, first, alone, seconds):
        """What a test that failed among others comes to when it runs alone is what counts."""
        self.passed[test.group] += alone.passed - first.passed
        self.failed[test.group] += alone.failed - first.failed
        self.show(test.name, alone)
        self.line(f"{test.name}, alone", alone.passed, alone.failed, seconds)

    def end(self):
        print(f"{self.passed.total()} passed, {self.failed.total()} failed")
        return 1 if self.failed.total() else 0


def run_all(tests, jobs, environment, report):
    failed = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run, test, environment): test for test in tests}
        for future in concurrent.futures.as_completed(running):
            test = running[future]
            verdict, seconds = future.result()
            report.add(test.group, test.name, verdict, seconds)
            if verdict.failed:
                failed.append((test, verdict))
    for test, verdict in failed if len(failed) <= ACCIDENTS else []:
        report.replace(test, verdict, *run(test, environment))


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="part of a test's path")
    parser.add_argument("--kind", action="append", choices=KINDS, help="may be repeated")
    parser.add_argument("--build", default="build", help="where make put everything")
    parser.add_argument("-j", type=int, default=2, dest="jobs", help="how many at a time, 2")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each test")
    parser.add_argument("--under", choices=["valgrind"], help="run the tests under it")
    parser.add_argument("--malloc", action="store_true", help="each object from malloc, for tools")
    parser.add_argument("--collect", action="store_true", help="let the collector run all the time")
    return parser.parse_args()


def greenhost_under(tool, build):
    """What a test in Python is to run for greenhost: the executable, or a script that watches it."""
    greenhost = build / "greenhost"
    if not tool:
        return greenhost
    watched = build / f"greenhost-under-{tool}"
    command = shlex.join([*VALGRIND, *VALGRIND_PYTHON, str(greenhost)])
    watched.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    watched.chmod(0o755)
    return watched


def make_environment(options, build):
    # What the caller's shell says about some Python of its own would change what is tested.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_"))}
    environment |= SANITIZERS
    environment["GREENHOST"] = str(greenhost_under(options.under, build))
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    # How long a call takes, on a machine that is busy, is no test's affair but that of cli/test_pins.py.
    environment["GREENHOST_PIN_WARN"] = "0"
    if options.collect:
        environment["PYTHONPATH"] = str(TESTS / "collect")
    if options.malloc:
        environment["PYTHONMALLOC"] = "malloc"
    if options.under:
        environment["CK_TIMEOUT_MULTIPLIER"] = str(SLOWER)
    return environment


def choose_tests(options, kinds, build):
    prefix, slower = [], 1
    if options.under:
        prefix, slower = VALGRIND, SLOWER
    lint = ["make", "--no-print-directory", "-C", str(ROOT), "lint"]
    left_out = ["measures"] * options.malloc + ["not under valgrind"] * bool(options.under)
    scripts = script_tests(
        build / "greenhost", prefix and prefix + VALGRIND_PYTHON, slower, left_out
    )
    by_kind = {
        "c": c_tests(build, prefix, slower),
        "python": python_tests(slower),
        "script": scripts,
        "conformance": conformance_tests(build),
        "lint": [Test("lint", "lint", lint, judge_lint, FILE_SECONDS)],
    }
    tests = [test for kind in kinds for test in by_kind.get(kind, [])]
    names = options.names
    return [test for test in tests if not names or any(name in test.name for name in names)]


def main():
    options = parse_options()
    # What is ignored, as in a shell's background job, would be in every test; a handler is not.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for signum in (signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(signum) == signal.SIG_IGN:
            signal.signal(signum, lambda *_: None)
    build = ROOT / options.build
    kinds = options.kind or [kind for kind in KINDS if kind != "lint"]
    tests = choose_tests(options, kinds, build)
    report = Report(tests, options.verbose)
    start = time.monotonic()
    run_all(tests, options.jobs, make_environment(options, build), report)
    if "surface" in kinds and not options.names:
        report.add("surface", "surface", surface_verdict(), 0)
    print(f"in {time.monotonic() - start:.0f} s")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
