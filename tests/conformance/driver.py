# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run one module of somebody's tests, test by test, and tell what becomes of each.

    driver.py MODULE PLACE LOG [--skip FILE] [--only FILE] [--interval SECONDS]

MODULE is one of CPython's `test` package, by its last name, or one of a library's tests in full:
greenlet's are made with unittest, Trio's with pytest. PLACE is `main`, `task` (inside a task of
greenhost) or `thread`. LOG receives a line `STATUS<tab>TEST` for each event: `listed` for every test
there is, `start` before one begins, then `pass`, `fail`, `error`, `skip` or `xfail`, and `end` when
the module is through; so whoever started us knows which test hangs, and can go on without it. The
FILEs name tests, one a line. SECONDS is the switch interval to run them with.
"""

import argparse
import importlib.util
import os
import sys
import threading
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Callable

Error = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

# Nothing outside this machine, and nothing that takes gigabytes or minutes.
RESOURCES = {"subprocess", "curses"}
# These say that they need the network, and are content with this machine's own.
LOCAL_NETWORK = {"test_socket", "test_socketserver", "test_timeout"}
# Under python3 too: the first hangs where the kernel has no VSOCK, the second looks a name up.
EXCLUDED = (
    "test.test_socket.ThreadedVSOCKSocketStreamTest.",
    "test.test_timeout.TCPTimeoutTestCase.",
)

# Libraries whose tests need it.
WITH_PYTEST = {"trio"}

# As many lie under the tests at least where CPython runs them, and some tests count on it.
FRAMES = 5
# Tests close low numbers, and count on getting them.
LOG_NUMBER = 900


class Log:
    """Written without a buffer: the next thing that happens may be the end of the process."""

    def __init__(self, path: str) -> None:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.dup2(number, LOG_NUMBER, inheritable=False)
        os.close(number)

    def write(self, status: str, what: str) -> None:
        os.write(LOG_NUMBER, f"{status}\t{what}\n".encode())


class Result(unittest.TestResult):
    """Notes each outcome in the log, and what went wrong on standard error."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log

    def tell(self, status: str, test: unittest.TestCase, error: Error | None = None) -> None:
        self.log.write(status, test.id())
        if error is not None:
            print(f"=== {status} {test.id()}", file=sys.stderr)
            traceback.print_exception(error[1])
            sys.stderr.flush()

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.tell("start", test)

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.tell("pass", test)

    def addFailure(self, test: unittest.TestCase, err: Error) -> None:
        self.tell("fail", test, err)

    def addError(self, test: unittest.TestCase, err: Error) -> None:
        self.tell("error", test, err)

    def addSubTest(
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Error | None
    ) -> None:
        if err is not None:
            self.tell("fail", test, err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.tell("skip", test)

    def addExpectedFailure(self, test: unittest.TestCase, err: Error) -> None:
        self.tell("xfail", test)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self.tell("fail", test)


Wanted = Callable[[str], bool]


def choose(suite: unittest.TestSuite, wanted: Wanted) -> unittest.TestSuite:
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(choose(test, wanted))
        elif wanted(test.id()):
            kept.addTest(test)
    return kept


def names(suite: unittest.TestSuite) -> Iterator[str]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from names(test)
        else:
            yield test.id()


def beneath(frames: int, function: Callable[[Result], object], result: Result) -> None:
    if frames:
        beneath(frames - 1, function, result)
    else:
        function(result)


def run_cpython(module: str, log: Log, wanted: Wanted) -> None:
    from test import support  # type: ignore[import]
    from test.support import os_helper  # type: ignore[import]

    support.use_resources = RESOURCES | ({"network"} if module in LOCAL_NETWORK else set())
    support.verbose = False
    with os_helper.temp_cwd(f"conformance_{os.getpid()}"):
        run_unittest(f"test.{module}", log, wanted)
    support.reap_children()


def run_unittest(module: str, log: Log, wanted: Wanted) -> None:
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    suite = choose(suite, lambda name: not name.startswith(EXCLUDED))
    for name in names(suite):
        log.write("listed", name)
    beneath(FRAMES, choose(suite, wanted).run, Result(log))


class Plugin:
    """Has pytest tell the log what becomes of its tests."""

    def __init__(self, module: str, log: Log, wanted: Wanted) -> None:
        self.module, self.log, self.wanted = module, log, wanted

    def name(self, nodeid: str) -> str:
        return f"{self.module}.{nodeid.partition('::')[2].encode('unicode_escape').decode()}"

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            self.log.write("listed", self.name(item.nodeid))
        items[:] = [item for item in items if self.wanted(self.name(item.nodeid))]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.log.write("start", self.name(nodeid))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """One for its preparation, one for the test itself, one for what follows."""
        if report.failed:
            self.log.write("fail", self.name(report.nodeid))
        elif report.skipped:
            status = "xfail" if hasattr(report, "wasxfail") else "skip"
            self.log.write(status, self.name(report.nodeid))
        elif report.when == "call":
            self.log.write("pass", self.name(report.nodeid))


def run_pytest(module: str, log: Log, wanted: Wanted) -> None:
    import pytest

    spec = importlib.util.find_spec(module.partition(".")[0])
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent.joinpath(*module.split(".")[1:]).with_suffix(".py")
    options = ["-p", "no:cacheprovider", "-c", "/dev/null", "--quiet", "--capture=no"]
    pytest.main([*options, str(path)], [Plugin(module, log, wanted)])


def run(module: str, log: Log, wanted: Wanted) -> None:
    library = module.partition(".")[0]
    if library.startswith("test_"):
        run_cpython(module, log, wanted)
    elif library in WITH_PYTEST:
        run_pytest(module, log, wanted)
    else:
        run_unittest(module, log, wanted)


def wait(for_end: Callable[[], object]) -> None:
    """Until it returns, since some tests interrupt their process, and do not expect that it ends."""
    while True:
        try:
            for_end()
            return
        except KeyboardInterrupt:
            continue


def run_in_task(module: str, log: Log, wanted: Wanted) -> None:
    import greenhost

    wait(greenhost.spawn(run, module, log, wanted, name="tests").result)


def run_in_thread(module: str, log: Log, wanted: Wanted) -> None:
    done = (
        threading.Event()
    )  # a join() that was interrupted takes the thread for one that has ended

    def run_and_tell() -> None:
        try:
            run(module, log, wanted)
        finally:
            done.set()

    threading.Thread(target=run_and_tell).start()
    wait(done.wait)


PLACES = {"main": run, "task": run_in_task, "thread": run_in_thread}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("place", choices=PLACES)
    parser.add_argument("log")
    parser.add_argument("--skip", type=Path)
    parser.add_argument("--only", type=Path)
    parser.add_argument("--interval", type=float, default=0.0)
    options = parser.parse_args()
    skip = set(options.skip.read_text().splitlines()) if options.skip else set()
    only = set(options.only.read_text().splitlines()) if options.only else None
    if options.interval:
        sys.setswitchinterval(options.interval)
    # Tests read the command line, and import what lies beside the script.
    del sys.argv[1:], sys.path[0]
    log = Log(options.log)
    log.write("executable", sys.executable)
    PLACES[options.place](
        options.module, log, lambda name: name not in skip and (only is None or name in only)
    )
    log.write("end", options.module)
    # Threads that a test left behind are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
