#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run other people's tests under greenhost, and tell which of those that python3 passes fail here.

They are CPython's own, of its `test` package, and those of libraries, as Debian ships them.

Each module runs in a process of its own: under /usr/bin/python3, whose passes are what greenhost is
held to and which are kept in --results, and under greenhost, in each of the places of report.py. A
test that has neither ended nor told of itself within the stall time is killed and counts as a hang,
and its module goes on without it. A test that fails here is run once more by itself, so that a
machine that was busy is not to blame; the report names those that need it. docs/CONFORMANCE.md is
written from all that --results has.

The last line is "N passed, N failed": tests that pass under greenhost, and tests that pass under
python3, do not under greenhost, and have no reason in reasons.toml.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON = Path("/usr/bin/python3")
STALL_SECONDS = 60.0
MODULE_SECONDS = 900.0
# How often a module may hang or die, and go on without the test that did it.
ATTEMPTS = 30
# Found in the environment of whatever a module leaves running, wherever it moved to.
MARK = "GREENHOST_CONFORMANCE"
# Under two minutes in both places together: what `make check` runs.
QUICK, QUICK_PLACES = HERE / "quick.txt", ["main", "task"]
# What has to do with threads: all that is run in the places with a switch interval of their own.
THREADS = HERE / "threads.txt"


class Events(NamedTuple):
    """What a driver's log says."""

    outcomes: dict[str, str]
    listed: set[str]
    begun: list[str]
    executable: str
    ended: bool


class Job(NamedTuple):
    """A module to run: by whom, and in the driver's words, how."""

    program: Path
    module: str
    where: str
    place: report.Place
    output: Path


def read_log(path: Path) -> Events:
    outcomes: dict[str, str] = {}
    listed: set[str] = set()
    begun: list[str] = []
    executable, ended = "", False
    for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
        status, _, what = line.partition("\t")
        if status == "listed":
            listed.add(what)
        elif status == "executable":
            executable = what
        elif status == "end":
            ended = True
        elif status == "start":
            begun.append(what)
        else:
            # A failed subtest may be followed by a pass of the others; it stays a failure.
            if outcomes.get(what) not in ("fail", "error"):
                outcomes[what] = status
            if what in begun:
                begun.remove(what)
    return Events(outcomes, listed, begun, executable, ended)


def clean_environment(mark: str, threads: str) -> dict[str, str]:
    """Without what the caller's shell says about some Python of its own, and without warnings of what
    takes long on a busy machine."""
    names = {"SSL_CERT_FILE", "SSL_CERT_DIR", "VIRTUAL_ENV"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k not in names}
    return kept | {MARK: mark, "GREENHOST_THREADS": threads, "GREENHOST_PIN_WARN": "0"}


def kill_marked(mark: str) -> None:
    """Kill what a module has left running, in whatever session it is."""
    needle = f"{MARK}={mark}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (entry / "environ").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue  # It ended meanwhile, or is not ours.


def wait(process: subprocess.Popen[bytes], log: Path, end: float) -> bool:
    """Wait while the log grows; False when it has stalled and the process was killed."""
    size, since = -1, time.monotonic()
    while True:
        try:
            process.wait(0.5)
            return True
        except subprocess.TimeoutExpired:
            pass
        now, new = time.monotonic(), log.stat().st_size if log.exists() else 0
        if new != size:
            size, since = new, now
        if now - since > STALL_SECONDS or now > end:
            process.kill()
            process.wait()
            return False


def run_driver(job: Job, log: Path, arguments: list[str], end: float) -> tuple[bool, int]:
    """Run the driver once: whether it ended by itself, and how."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder, open(
        job.output, "ab"
    ) as out:
        mark = Path(folder).name
        process = subprocess.Popen(
            [job.program, HERE / "driver.py", job.module, job.where, log, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=folder,
            env=clean_environment(mark, job.place.threads),
            start_new_session=True,
        )
        try:
            ended = wait(process, log, end)
        finally:
            kill_marked(mark)
        return ended, process.returncode


def run_module(job: Job, only: set[str] | None = None) -> report.Record:
    """Run a module to its end, without the tests that hang or kill the process."""
    outcomes: dict[str, str] = {}
    listed: set[str] = set()
    executable, end = "", time.monotonic() + MODULE_SECONDS
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        skip, chosen = Path(folder, "skip"), Path(folder, "only")
        arguments = ["--skip", str(skip), "--interval", str(job.place.interval)]
        if only is not None:
            chosen.write_text("\n".join(only))
            arguments += ["--only", str(chosen)]
        for attempt in range(ATTEMPTS):
            log = Path(folder, f"log{attempt}")
            skip.write_text("\n".join(outcomes))
            by_itself, code = run_driver(job, log, arguments, end)
            events = read_log(log)
            outcomes |= events.outcomes
            listed |= events.listed
            executable = events.executable or executable
            for test in events.begun:
                outcomes[test] = f"died ({code})" if by_itself else "hang"
            progress = events.begun or events.outcomes
            if events.ended or not progress or time.monotonic() > end:
                break
    for test in listed if only is None else listed & only:
        outcomes.setdefault(test, "not run")
    return report.Record(executable, outcomes)


def read_record(path: Path) -> report.Record:
    return report.Record(**json.loads(path.read_text()))


def write_record(path: Path, record: report.Record) -> None:
    path.write_text(json.dumps(record._asdict(), indent=0, sort_keys=True))


def build_of(program: Path) -> str:
    """What tells one build from another: the executable, and the package beside it."""
    digest = hashlib.sha256(program.read_bytes())
    for path in sorted(program.parent.glob("pylib/greenhost/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Runner:
    """Runs modules, and keeps what became of them in a folder."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.results = Path(options.results)
        self.greenhost = Path(options.greenhost).resolve()
        self.build = build_of(self.greenhost)
        self.resume: bool = options.resume
        self.quick: bool = options.quick
        self.results.mkdir(parents=True, exist_ok=True)

    def path(self, module: str, place: str, suffix: str = "json") -> Path:
        return self.results / f"{module}.{place}.greenhost.{suffix}"

    def base_path(self, module: str, place: str, suffix: str = "json") -> Path:
        return self.results / f"{module}.{report.PLACES[place].base_name()}.python3.{suffix}"

    def job(self, module: str, name: str) -> Job:
        place, output = report.PLACES[name], self.path(module, name, "txt")
        return Job(self.greenhost, module, place.ours(), place, output)

    def base_job(self, module: str, name: str) -> Job:
        place, output = report.PLACES[name], self.base_path(module, name, "txt")
        return Job(PYTHON, module, place.base(), place, output)

    def base(self, module: str, place: str, suspects: set[str]) -> report.Record:
        """What python3 makes of a module; in a hurry, of the tests that are in question."""
        path = self.base_path(module, place)
        if path.exists():
            return read_record(path)
        job = self.base_job(module, place)
        if self.quick:
            return run_module(job, suspects) if suspects else report.Record("", {})
        job.output.unlink(missing_ok=True)
        record = run_module(job)
        write_record(path, record)
        return record

    def ours(self, module: str, place: str) -> report.Record:
        path = self.path(module, place)
        if self.resume and path.exists() and (record := read_record(path)).build == self.build:
            return record
        job = self.job(module, place)
        job.output.unlink(missing_ok=True)
        return run_module(job)._replace(build=self.build)

    def again(self, module: str, place: str, record: report.Record, tests: set[str]) -> None:
        """Give the tests that failed another chance, and note that they needed it."""
        second = run_module(self.job(module, place), tests)
        for test in tests:
            if second.outcomes.get(test) == "pass":
                record.outcomes[test] = record.outcomes.get(test, "missing") + report.SECOND

    def run(self, module: str, place: str) -> tuple[report.Record, report.Record]:
        ours = self.ours(module, place)
        base = self.base(module, place, ours.not_passed())
        failed = set(report.differences(base, ours))
        if failed:
            self.again(module, place, ours, failed)
        write_record(self.path(module, place), ours)
        return base, ours

    def recorded(self, module: str, place: str) -> report.Comparison | None:
        base = self.base_path(module, place)
        ours = self.path(module, place)
        if not base.exists() or not ours.exists():
            return None
        return report.Comparison(read_record(base), read_record(ours))


def runs_in(module: str, place: str) -> bool:
    return not report.PLACES[place].interval or module in THREADS.read_text().split()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="MODULE", help="rather than modules.txt")
    parser.add_argument("--suite", choices=report.SUITES, action="append", help="all if not given")
    parser.add_argument("--place", choices=report.PLACES, action="append", help="all if not given")
    parser.add_argument("--jobs", type=int, default=2, help="how many modules at a time, 2")
    parser.add_argument("--resume", action="store_true", help="keep what this build's tests gave")
    parser.add_argument("--quick", action="store_true", help="quick.txt; ask python3 if in doubt")
    parser.add_argument("--results", default=str(ROOT / "build" / "conformance"))
    parser.add_argument("--greenhost", default=str(ROOT / "build" / "greenhost"))
    parser.add_argument("--report", help="write the report here", metavar="FILE")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    # Where it was ignored, as it is in a shell's background job, it would be in every test.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    every = (HERE / "modules.txt").read_text().split()
    suites = options.suite or list(report.SUITES)
    listed = QUICK.read_text().split() if options.quick else every
    modules = options.only or [name for name in listed if report.suite_of(name) in suites]
    places = options.place or (QUICK_PLACES if options.quick else list(report.PLACES))
    runner = Runner(options)
    reasons = report.read_reasons(HERE / "reasons.toml")
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        work = [(m, p) for p in places for m in modules if options.only or runs_in(m, p)]
        done = pool.map(lambda pair: runner.run(*pair), work)
        for (module, place), (base, ours) in zip(work, done):
            lines, unexplained = report.describe(module, place, base, ours, reasons)
            print(lines, flush=True)
            passed += ours.passes()
            failed += unexplained
    if options.report:
        table = {(m, p): runner.recorded(m, p) for m in every for p in report.PLACES}
        chosen = {report.suite_of(module) for module in modules}
        report.write(Path(options.report), chosen, every, table, reasons)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
