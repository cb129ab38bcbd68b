# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run the link checker with python3, then under greenhost, and show both side by side.

    python3 demo.py build/greenhost [options of linkcheck.py]
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Iterator, NoReturn

EXAMPLES = Path(__file__).resolve().parent
POLL_SECONDS = 0.02
STOP_SECONDS = 5


@dataclass
class Run:
    """One run of the checker, and the most that the kernel saw it use."""

    report: Path
    seconds: float = 0.0
    threads: int = 0
    kib: int = 0

    def sample(self, pid: int) -> None:
        fields = Path(f"/proc/{pid}/status").read_text().splitlines()
        status = dict(line.split(":", 1) for line in fields)
        # A process that has just ended has a status still, but no memory.
        if "VmHWM" in status:
            self.threads = max(self.threads, int(status["Threads"]))
            self.kib = int(status["VmHWM"].split()[0])


def fail(message: str) -> NoReturn:
    sys.exit(f"demo: {message}")


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def running(command: list[str], errors: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command for as long as the block lasts, and leave nothing of it behind.

    It has a process group of its own, so that Ctrl-C reaches it once, from here, and whatever
    it may have started ends with it.
    """
    with errors.open("w") as stderr:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stderr=stderr,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            process_group=0,
        )
    try:
        yield child
    finally:
        if child.poll() is None:
            # We are being interrupted; a second Ctrl-C must not cut the clean-up short.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            child.send_signal(signal.SIGINT)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # The usual case: everything has ended by itself.
        child.wait()


def measure(program: str, script: str, options: list[str], report: Path) -> Run:
    """Run one of the two scripts to its end, looking at it from outside."""
    run = Run(report)
    errors = report.with_suffix(".errors")
    command = [program, str(EXAMPLES / script), "--report", str(report), *options]
    start = time.perf_counter()
    with running(command, errors) as child:
        while child.poll() is None:
            run.sample(child.pid)
            time.sleep(POLL_SECONDS)
        run.seconds = time.perf_counter() - start
    if child.returncode != 0:
        sys.stderr.write(errors.read_text())
        fail(f"{program} {script} ended with {child.returncode}")
    return run


def show(python: Run, greenhost: Run) -> None:
    print(f"{'':24}{'python3':>12}{'greenhost':>12}")
    print(f"  {'wall time':22}{python.seconds:10.2f} s{greenhost.seconds:10.2f} s")
    print(f"  {'OS threads at peak':22}{python.threads:12}{greenhost.threads:12}")
    print(f"  {'memory at peak':22}{python.kib / 1024:8.1f} MiB{greenhost.kib / 1024:8.1f} MiB\n")
    print(f"greenhost was {python.seconds / greenhost.seconds:.1f} times as fast.", end=" ")


def demo(program: str, options: list[str], directory: Path) -> None:
    print("This checks the documents of /usr/share/doc twice, which takes about half a minute.\n")

    print("python3 linkcheck.py: one document after the other")
    python = measure(sys.executable, "linkcheck.py", options, directory / "python3.txt")

    print("\ngreenhost linkcheck_tasks.py: the same blocking code, one task for each document")
    greenhost = measure(program, "linkcheck_tasks.py", options, directory / "greenhost.txt")

    print()
    show(python, greenhost)
    if python.report.read_bytes() != greenhost.report.read_bytes():
        print()
        fail("the two reports differ")
    print("Both reports are equal to the byte:")
    print(" ", python.report.read_text().splitlines()[-1])


def main() -> None:
    # What the two runs print must appear after what was printed here before, in a pipe as well.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    if len(sys.argv) < 2:
        fail("say which greenhost to run: demo.py build/greenhost")
    program = os.path.abspath(sys.argv[1])
    if not os.access(program, os.X_OK):
        fail(f"there is no {sys.argv[1]} yet; run make first")
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="greenhost-demo-") as directory:
            demo(program, sys.argv[2:], Path(directory))
    except KeyboardInterrupt:
        print("\nInterrupted; nothing is left behind.")
        sys.exit(130)


if __name__ == "__main__":
    main()
