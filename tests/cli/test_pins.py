# SPDX-License-Identifier: MIT OR Apache-2.0
"""Calls that hold the loop: who is told of them, and what."""

import re
import subprocess
import unittest

from support import GREENHOST, TestCase, run

# A call of libc's own usleep, which the surface does not get to see.
BEGIN = """\
import ctypes, hashlib, sys, time
import greenhost
usleep = ctypes.CDLL("libc.so.6").usleep
def hold(ms):
    return usleep(ms * 1000)
def compute():
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000)
def wait(seconds=0.01):
    tasks.append(greenhost.spawn(time.sleep, seconds))
tasks = []
"""
END = "for task in tasks: task.join()\n"

REPORT = re.compile(
    r"greenhost: (?P<task>.+) held the loop for (?P<ms>\d+) ms while others waited\n"
    r"  in (?P<where>.*)\n(?P<stack>(?:  File .*\n)*)"
)
MEANWHILE = re.compile(REPORT.pattern.replace("(?P<task>.+) held", "a task has held"))


class PinsTest(TestCase):
    def pins(self, program, *options, env=None, code=0):
        """What is told of, and that nothing else is."""
        script = self.write("script.py", BEGIN + program + END)
        done = run(GREENHOST, *options, script, cwd=self.directory, env=env)
        self.assertEqual(done.code, code, done.err)
        told = MEANWHILE.sub("", done.err)
        self.assertEqual(REPORT.sub("", told), "")
        return [match.groupdict() for match in REPORT.finditer(told)]

    def test_names_who_and_what_and_where(self):
        program = "wait()\ngreenhost.spawn(hold, 300, name='holder').join()\n"
        (pin,) = self.pins(program, "--pin-warn=50")
        self.assertEqual(pin["task"], "holder")
        self.assertGreaterEqual(int(pin["ms"]), 50)
        self.assertIn("(libc.so.6), from ", pin["where"])
        self.assertRegex(pin["where"], r"^\w*nanosleep")
        self.assertRegex(pin["stack"], r'^  File ".*script.py", line 5 in hold\n$')

    def test_a_call_that_computes(self):
        program = "wait()\ngreenhost.spawn(compute).join()\n"
        (pin,) = self.pins(program, "--pin-warn=50")
        self.assertIn("libcrypto.so", pin["where"])
        self.assertIn("line 7 in compute", pin["stack"])

    def test_a_thread(self):
        program = "import threading\nwait()\nthreading.Thread(target=hold, args=[300]).start()\n"
        (pin,) = self.pins(program, "--pin-warn=50", "--threads=tasks")
        self.assertEqual(len(pin["stack"].splitlines()), 4)

    def test_python_that_computes(self):
        program = "wait()\nwhile time.process_time() < 0.6: pass\n"
        (pin,) = self.pins(program, "--pin-warn=50")
        self.assertEqual(pin["task"], "main")

    def test_once_for_each_place(self):
        program = "for _ in range(3):\n    wait()\n    hold(200)\n    greenhost.sleep(0.05)\n"
        self.assertEqual(len(self.pins(program, "--pin-warn=50")), 1)
        program += program.replace("hold(200)", "usleep(200_000)")
        self.assertEqual(len(self.pins(program, "--pin-warn=50")), 2)

    def test_calls_of_a_turn_that_was_told_of(self):
        program = "wait()\nbegan = time.process_time()\n"
        program += (
            "while time.process_time() < began + 0.6: pass\nhold(300)\ncompute()\nhold(300)\n"
        )
        first, second, third = self.pins(program, "--pin-warn=100")
        self.assertIn('script.py", line 13 in <module>', first["stack"])
        self.assertIn("line 5 in hold", second["stack"])
        self.assertIn("line 7 in compute", third["stack"])

    def test_nobody_waits(self):
        self.assertEqual(self.pins("hold(200)\n", "--pin-warn=10"), [])
        program = "wait(60)\ngreenhost.sleep(0)\nhold(200)\ntasks[0].cancel()\n"
        self.assertEqual(self.pins(program, "--pin-warn=10"), [])

    def test_below_the_limit(self):
        program = "wait()\nhold(200)\n"
        self.assertEqual(self.pins(program, "--pin-warn=600000"), [])
        self.assertEqual(self.pins(program, "--pin-warn=0"), [])
        self.assertEqual(self.pins(program, env={"GREENHOST_PIN_WARN": "0"}), [])

    def test_the_call_is_not_disturbed(self):
        program = "wait()\nbegan = time.monotonic()\nassert hold(400) == 0\n"
        program += "assert time.monotonic() - began >= 0.4\n"
        self.assertEqual(len(self.pins(program, "--pin-warn=50")), 1)

    def test_a_program_that_has_the_signal(self):
        program = "import signal\nsignal.signal(signal.SIGURG, lambda *_: print('urgent'))\n"
        program += "wait()\ncompute()\n"
        self.assertIn("libcrypto.so", self.pins(program, "--pin-warn=50")[0]["where"])

    def test_greenlets_whose_stacks_are_being_exchanged(self):
        """Most of the time of a switch goes into copying stacks, which are nobody's meanwhile."""
        program = """\
import functools, greenlet, random, re
def deep(depth, function):
    if depth == 0:
        return function()
    def deeper(*_):
        return deep(depth - 1, function) or 1
    kind = random.randrange(4)
    if kind == 0:
        max([1], key=deeper)
    elif kind == 1:
        re.sub("a", lambda _: str(deeper()), "a")
    elif kind == 2:
        functools.reduce(deeper, [1, 2])
    else:
        sorted([2], key=deeper)
def give_back():
    while True:
        greenlet.getcurrent().parent.switch()
def switch():
    end = time.monotonic() + 0.003
    while time.monotonic() < end:
        for other in others:
            other.switch()
until = time.monotonic() + 4
while time.monotonic() < until:
    wait(0)
    others = [greenlet.greenlet(lambda: deep(random.randrange(40), give_back)) for _ in range(4)]
    for _ in range(9):
        deep(random.randrange(40), switch)
        greenhost.checkpoint()
"""
        self.pins(program, "--pin-warn=1")

    def test_it_may_last_for_ever(self):
        script = self.write("script.py", BEGIN + "wait()\nhold(600_000)\n")
        command = [GREENHOST, "--pin-warn=20", script]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
            told = ""
            for line in program.stderr:
                told += line
                if "has held" in told and "in <module>" in line:
                    break
            program.kill()
        pin = MEANWHILE.search(told)
        self.assertRegex(pin["where"], r"nanosleep \(libc.so.6\)")
        self.assertRegex(pin["stack"], r"line 5 in hold\n.*line 12 in <module>\n$")

    def test_failing(self):
        program = "wait()\nhold(300)\n"
        self.pins(program, "--pin-warn=50", "--pin-fail", code=75)
        self.pins(program, "--pin-warn=50", env={"GREENHOST_PIN_FAIL": "1"}, code=75)
        self.pins(program + END + "sys.exit(3)\n", "--pin-warn=50", "--pin-fail", code=3)
        self.assertEqual(self.pins("wait()\n", "--pin-fail"), [])

    def test_a_fork_begins_without(self):
        program = (
            "import os\nwait()\nhold(300)\n" + END + "pid = os.fork()\nif pid == 0: sys.exit(0)\n"
        )
        program += "assert os.waitpid(pid, 0)[1] == 0\n"
        self.pins(program, "--pin-warn=50", "--pin-fail", code=75)


if __name__ == "__main__":
    unittest.main()
