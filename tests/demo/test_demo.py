# SPDX-License-Identifier: MIT OR Apache-2.0
"""The examples do what they say. GREENHOST names the executable, build/greenhost by default."""

import gzip
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())
PYTHON = sys.executable
PATIENCE = 300

PAGE = b"""<a href="other%20page.html#part">there</a> <a href="gone.html">not there</a>
<img src="/doc/alpha/copyright"> <a href="https://example.org/">outside</a>
<a href="http://[">nowhere</a> <a href="\xc3\xa9 &amp; so on">odd</a>"""
COPYRIGHT = b"See /usr/share/doc/alpha/gone.txt, or /usr/share/doc/alpha/copyright.\n"
CHANGELOG = gzip.compress(b"First release, see http://example.org/news\n", mtime=0)

FILES = {
    "doc/alpha/copyright": COPYRIGHT,
    "doc/beta/changelog.gz": CHANGELOG,
    "doc/beta/index.html": PAGE,
    "doc/beta/other page.html": b"",
    "doc/gamma/README.gz": CHANGELOG[:-1] + b"?",
}
NOT_A_DOCUMENT = "doc/gamma/data.txt"


def digest(path: str) -> str:
    return sha256(FILES[path]).hexdigest()


REPORT = f"""\
doc/alpha/copyright: whole, {len(COPYRIGHT)} bytes, 2 links, 0 to other hosts
  sha256 {digest("doc/alpha/copyright")}
  BROKEN (404): doc/alpha/gone.txt
doc/beta/changelog.gz: whole, {len(CHANGELOG)} bytes, 0 links, 1 to other hosts
  sha256 {digest("doc/beta/changelog.gz")}
doc/beta/index.html: whole, {len(PAGE)} bytes, 4 links, 1 to other hosts
  sha256 {digest("doc/beta/index.html")}
  BROKEN (404): doc/beta/gone.html
  BROKEN (404): doc/beta/é & so on
doc/beta/other page.html: whole, 0 bytes, 0 links, 0 to other hosts
  sha256 {digest("doc/beta/other page.html")}
doc/gamma/README.gz: DAMAGED, {len(CHANGELOG)} bytes, 0 links, 0 to other hosts
  sha256 {digest("doc/gamma/README.gz")}
5 documents, {sum(map(len, FILES.values()))} bytes, 1 not whole, 6 links, 3 broken
"""


def processes_mentioning(text: str) -> list[str]:
    """The command lines of living processes in which a text occurs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # It ended while we were looking.
        if text in line:
            found.append(line)
    return found


def kill_session(session: int) -> None:
    """Kill every process of a session, in whichever process group it is."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(entry.name)) == session:
                os.kill(int(entry.name), signal.SIGKILL)
        except ProcessLookupError:
            continue  # It ended while we were looking.


class ExampleTest(unittest.TestCase):
    """A directory with a small doc/ tree in it, which is also where temporary files go."""

    maxDiff = None

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.directory = Path(holder.name)
        self.share = self.directory / "share"
        self.temporary = self.directory / "tmp"
        self.temporary.mkdir()
        for name, content in FILES.items():
            file = self.share / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        (self.share / NOT_A_DOCUMENT).write_text("/usr/share/doc/nothing\n")

    def start(self, *command: str) -> subprocess.Popen:
        child = subprocess.Popen(
            command,
            env=os.environ | {"TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        # What hangs is killed, and the test then fails on what it had printed up to there.
        watchdog = threading.Timer(PATIENCE, kill_session, [child.pid])
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        return child

    def run_to_end(self, *command: str) -> subprocess.CompletedProcess:
        with self.start(*command) as child:
            out, err = child.communicate()
        return subprocess.CompletedProcess(command, child.returncode, out, err)

    def fake_greenhost(self, body: str) -> str:
        fake = self.directory / "greenhost"
        fake.write_text(f"#!/bin/sh\n{body}\n")
        fake.chmod(0o755)
        return str(fake)

    def assert_no_process_left(self) -> None:
        # A server that was interrupted while it started sees only then that it is not wanted.
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience and processes_mentioning(str(self.directory)):
            time.sleep(0.05)
        self.assertEqual(processes_mentioning(str(self.directory)), [])

    def assert_nothing_left(self) -> None:
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assert_no_process_left()


class HelloTasks(ExampleTest):
    def test_a_thousand_sleeps_take_as_long_as_one(self) -> None:
        run = self.run_to_end(GREENHOST, str(EXAMPLES / "hello_tasks.py"))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertRegex(run.stdout, r"\A1,000 sleeps of 0\.2 s took \d+\.\d\d s\n\Z")
        seconds = float(run.stdout.split()[-2])
        # One after the other they would take 200; the tolerance is for a busy machine.
        self.assertGreaterEqual(seconds, 0.2)
        self.assertLess(seconds, 50)


class Factorial(ExampleTest):
    def test_prints_it_through_echo(self) -> None:
        runs = [(PYTHON, "factorial_sync.py"), (GREENHOST, "factorial_sync.py")]
        for program, script in [*runs, (GREENHOST, "factorial_trio.py")]:
            with self.subTest(program=program, script=script):
                run = self.run_to_end(program, str(EXAMPLES / script), "10")
                self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "3628800\n", ""))


class LinkCheck(ExampleTest):
    def check(self, program: str, script: str, *options: str) -> subprocess.CompletedProcess:
        report = str(self.directory / "report.txt")
        command = (program, str(EXAMPLES / script), "--report", report, "--root", str(self.share))
        return self.run_to_end(*command, "--delay", "0.01", *options)

    def assert_report_is_right(self, run: subprocess.CompletedProcess) -> None:
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual((self.directory / "report.txt").read_text(), REPORT)
        self.assertIn("5 of 5 documents checked", run.stdout)
        self.assert_no_process_left()

    def test_python3_writes_the_report(self) -> None:
        self.assert_report_is_right(self.check(PYTHON, "linkcheck.py"))

    def test_greenhost_runs_the_script_as_python3_does(self) -> None:
        self.assert_report_is_right(self.check(GREENHOST, "linkcheck.py"))

    def test_one_task_per_document_writes_the_same_report(self) -> None:
        self.assert_report_is_right(self.check(GREENHOST, "linkcheck_tasks.py"))

    def test_ctrl_c_ends_every_task_before_what_it_uses(self) -> None:
        report = str(self.directory / "report.txt")
        command = (GREENHOST, str(EXAMPLES / "linkcheck_tasks.py"), "--report", report)
        with self.start(*command, "--root", str(self.share), "--delay", "30") as child:
            while not Path(report).with_suffix(".sqlite").exists():
                self.assertIsNone(child.poll(), "it ended before it checked anything")
            time.sleep(0.3)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate()
        self.assertEqual((child.returncode, out), (-signal.SIGINT, ""), err)
        # One traceback, that of the main program: no task failed on a closed database.
        self.assertEqual(err.count("Traceback"), 1, err)
        self.assertTrue(err.endswith("\nKeyboardInterrupt\n"), err)
        self.assert_no_process_left()

    def test_the_limit_spreads_the_choice_over_all_documents(self) -> None:
        run = self.check(PYTHON, "linkcheck.py", "--limit", "2")
        self.assertEqual(run.returncode, 0, run.stderr)
        report = (self.directory / "report.txt").read_text()
        names = re.findall(r"^(doc/.*?):", report, re.MULTILINE)
        self.assertEqual(names, ["doc/alpha/copyright", "doc/beta/index.html"])

    def test_no_documents_is_one_clear_line(self) -> None:
        run = self.check(PYTHON, "linkcheck.py", "--root", str(self.temporary))
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"\Alinkcheck: there are no documents under .*\n\Z")


class Demo(ExampleTest):
    def demo(self, greenhost: str, delay: str = "0.01") -> tuple[str, ...]:
        options = ("--root", str(self.share), "--delay", delay)
        return (PYTHON, str(EXAMPLES / "demo.py"), greenhost, *options)

    def test_shows_both_runs_and_leaves_nothing(self) -> None:
        run = self.run_to_end(*self.demo(GREENHOST))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for row in ("wall time +[0-9.]+ s +[0-9.]+ s", "OS threads at peak +1 +[0-9]+"):
            self.assertRegex(run.stdout, row)
        self.assertRegex(run.stdout, "memory at peak +[0-9.]+ MiB +[0-9.]+ MiB")
        self.assertIn("Both reports are equal", run.stdout)
        self.assertTrue(run.stdout.endswith("6 links, 3 broken\n"), run.stdout)
        self.assert_nothing_left()

    def test_different_reports_are_one_clear_line(self) -> None:
        # "$3" is the file that the report is to be written to.
        run = self.run_to_end(*self.demo(self.fake_greenhost('sleep 0.1; echo no > "$3"')))
        self.assertEqual((run.returncode, run.stderr), (1, "demo: the two reports differ\n"))
        self.assert_nothing_left()

    def test_a_failing_run_says_why(self) -> None:
        run = self.run_to_end(*self.demo(self.fake_greenhost("echo no loop >&2; exit 3")))
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"\Ano loop\ndemo: .*greenhost .* ended with 3\n\Z")
        self.assert_nothing_left()

    def test_without_an_executable_says_what_to_do(self) -> None:
        run = self.run_to_end(*self.demo("build/nowhere"))
        self.assertEqual(
            (run.returncode, run.stderr),
            (1, "demo: there is no build/nowhere yet; run make first\n"),
        )

    def interrupt_at(self, line: str, signum: int) -> None:
        # The answers take so long that the signal always arrives in the middle of a run.
        slow = self.fake_greenhost(f'exec "{GREENHOST}" "$@" --delay 30')
        delay = "0.01" if "greenhost" in line else "30"
        with self.start(*self.demo(slow, delay)) as child:
            assert child.stdout is not None
            while not child.stdout.readline().startswith(line):
                self.assertIsNone(child.poll(), "the demo ended before the line was seen")
            # The run that was announced starts right after; its server is the sign of it.
            while not processes_mentioning("slow_server.py " + str(self.directory)):
                self.assertIsNone(child.poll(), "the demo ended before it served anything")
            os.kill(child.pid, signum)
            out, err = child.communicate()
        self.assertEqual((child.returncode, err), (130, ""), out)
        self.assertTrue(out.endswith("Interrupted; nothing is left behind.\n"), out)
        self.assert_nothing_left()

    def test_ctrl_c_in_the_first_run_leaves_nothing(self) -> None:
        self.interrupt_at("python3", signal.SIGINT)

    def test_ctrl_c_in_the_second_run_leaves_nothing(self) -> None:
        self.interrupt_at("greenhost", signal.SIGINT)

    def test_being_terminated_leaves_nothing(self) -> None:
        self.interrupt_at("python3", signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
