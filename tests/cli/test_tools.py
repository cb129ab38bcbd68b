# SPDX-License-Identifier: MIT OR Apache-2.0
"""What people run with `python -m`, the REPL, and children started as sys.executable."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
import unittest
from pathlib import Path

from support import GREENHOST, PATIENCE, PYTHON, TestCase, environment, run

SPAWNED = """
import multiprocessing, pickle, sys

class Answer:
    def __init__(self, value): self.value = value

def work(value):
    main = sys.modules["__main__"]
    return Answer((value, __name__, main.__name__, sys.argv, hasattr(main, "work"),
                   "_greenhost" in sys.builtin_module_names, sys.executable))

if __name__ == "__main__":
    assert pickle.loads(pickle.dumps(work)) is work
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        for answer in pool.map(work, range(3)):
            print(answer.value[:5], answer.value[5] == ("_greenhost" in sys.builtin_module_names),
                  answer.value[6] == sys.executable)
"""


class ToolTest(TestCase):
    def test_pdb(self):
        script = self.write("script.py", "x = 1\nfor i in range(3):\n    x += i\nprint(x)\n")
        commands = "n\nn\np x\nb 4\nc\nw\np x\nq\n"
        self.assert_same("-m", "pdb", script, stdin=commands, code=0)
        self.assert_same("-c", "breakpoint(); x = 1", stdin="p 1 + 1\nc\n", code=0)

    def test_pdb_after_an_error(self):
        script = self.write("script.py", "def f(): 1 / 0\nf()\n")
        self.assert_same("-m", "pdb", "-c", "continue", script, stdin="w\nq\n")

    def test_profile(self):
        script = self.write("script.py", "def f(): pass\nfor _ in range(5): f()\n")
        for program in (PYTHON, GREENHOST):
            done = run(program, "-m", "cProfile", script)
            self.assertEqual((done.code, done.err), (0, ""))
            self.assertRegex(done.out, r"\n +5 .* .*script.py:1\(f\)\n")

    def test_trace(self):
        script = self.write("script.py", "def f():\n    return 1\nf()\n")
        self.assert_same("-m", "trace", "--trace", script, code=0)

    def test_unittest(self):
        self.write(
            "test_some.py",
            "import unittest\nclass T(unittest.TestCase):\n"
            "    def test_good(self): pass\n    def test_bad(self): self.fail('no')\n",
        )
        for words in (["discover"], ["test_some"], ["-v", "test_some"]):
            with self.subTest(words):
                one, other = (
                    run(p, "-m", "unittest", *words, cwd=self.directory)
                    for p in (PYTHON, GREENHOST)
                )
                clean = [re.sub(r"in \d+\.\d+s", "in TIME", done.err) for done in (one, other)]
                self.assertEqual(*clean)
                self.assertEqual((other.code, other.out), (one.code, one.out))

    def test_small_tools(self):
        for words in ("json.tool", "tokenize", "ast", "base64 -e", "calendar 2024 2", "quopri"):
            with self.subTest(words):
                self.assert_same("-m", *words.split(), stdin='{"a": [1, 2]}\n', code=0)

    def test_compileall_and_zipapp(self):
        self.write("app/__main__.py", "import sys; print(sys.argv[1:])")
        self.assertEqual(self.hosted("-m", "zipapp", "app", "-o", "app.pyz"), "")
        self.assert_same("app.pyz", "a", code=0)

    def test_pip(self):
        one, other = (run(p, "-m", "pip", "--version") for p in (PYTHON, GREENHOST))
        self.assertEqual(other, one)

    def test_site(self):
        one, other = (run(p, "-m", "site", "--user-base") for p in (PYTHON, GREENHOST))
        self.assertEqual(other, one)


class ChildTest(TestCase):
    def test_processes(self):
        script = self.write("spawned.py", SPAWNED)
        for method in ("spawn", "forkserver", "fork"):
            with self.subTest(method):
                self.assert_same(script, method, code=0)

    def test_subprocess_gets_our_file(self):
        code = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
        seen = "import sys; print(sys.executable, '_greenhost' in sys.builtin_module_names)"
        self.assertEqual(self.hosted("-c", code, seen), "PROGRAM True\n")

    def test_exec_of_the_original_command_line(self):
        code = (
            "import os, sys\nif 'AGAIN' not in os.environ:\n"
            "    os.environ['AGAIN'] = '1'\n    os.execv(sys.executable, sys.orig_argv)\n"
            "print(sys.argv)"
        )
        self.assert_same("-B", "-c", code, "a", code=0)


def take_terminal():
    """Make standard input the controlling terminal, so that what is typed can interrupt."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A program at a pseudo-terminal."""

    def __init__(self, program, *args, **variables):
        self.program = program
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [program, *args],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(TERM="dumb", **variables),
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(slave)
        self.seen = ""

    def read_more(self, end=None):
        """Read until `end` is the last of what is new, or else until the program has gone."""
        new = ""
        while end is None or not new.endswith(end):
            if not select.select([self.master], [], [], PATIENCE)[0]:
                raise TimeoutError(f"{end!r} did not come: {self.seen + new!r}")
            try:
                new += os.read(self.master, 4096).decode()
            except OSError:  # EIO: nobody has the other side open any more
                break
        self.seen += new

    def settle(self):
        """Wait until the program waits too: python itself misses a signal just before that."""
        status = Path(f"/proc/{self.process.pid}/status")
        while not re.search(r"(?m)^State:\s+[SZ]", status.read_text()):
            time.sleep(0.001)

    def converse(self, lines):
        """Answer each prompt with the next line, and read to the end."""
        for line in lines:
            self.read_more(">>> ")
            self.settle()
            os.write(self.master, line.encode())
        self.read_more()

    def close(self):
        os.close(self.master)
        self.process.kill()
        return self.process.wait(), self.seen.replace(self.program, "PROGRAM")


class ReplTest(TestCase):
    def talk(self, program, lines, *args):
        terminal = Terminal(program, *args, HOME=str(self.directory))
        try:
            terminal.converse(lines)
            code = terminal.process.wait(PATIENCE)
        finally:
            _, seen = terminal.close()
        return code, seen

    def assert_same_talk(self, lines, *args, code=0):
        expected = self.talk(PYTHON, lines, *args)
        self.assertEqual(expected[0], code, expected)
        self.assertEqual(self.talk(GREENHOST, lines, *args), expected)

    def test_repl(self):
        self.assert_same_talk(
            ["1 + 1\n", "x = _ * 21\n", "print(x)\n", "1 / 0\n", "exit(3)\n"], code=3
        )

    def test_end_of_file(self):
        self.assert_same_talk(["x = 1\n", "\x04"], "-q")

    def test_interrupt_at_the_prompt(self):
        self.assert_same_talk(["\x03", "print('still here')\n", "exit()\n"], "-q")

    def test_interrupt_while_running(self):
        lines = ["import os, signal\n", "os.kill(os.getpid(), 2)\n", "raise SystemExit(5)\n"]
        self.assert_same_talk(lines, "-q", code=5)

    def test_after_a_command(self):
        self.assert_same_talk(["print(x)\n", "exit(2)\n"], "-i", "-c", "x = 42", code=2)

    def test_after_a_script_that_failed(self):
        script = self.write("script.py", "x = 42\n1 / 0\n")
        self.assert_same_talk(["x\n", "import sys; sys.last_value\n", "\x04"], "-i", str(script))

    def test_module_that_talks(self):
        self.assert_same_talk(["1 + 1\n", "\x04"], "-m", "code", "-q")

    def test_interactive_without_a_terminal(self):
        self.assert_same("-i", stdin="1 + 1\nx = 2\n1 / 0\nx\n", code=0)
        self.assert_same("-i", "-q", "-c", "x = 3", stdin="x\nexit(4)\n", code=4)
        self.assert_same("-c", "x = 3", stdin="x\n", env={"PYTHONINSPECT": "1"}, code=0)

    def test_start_up_file(self):
        start = self.write("start.py", "import sys; sys.ps1 = '>>> '; y = 7")
        self.assert_same("-i", stdin="y\n", env={"PYTHONSTARTUP": str(start)}, code=0)


if __name__ == "__main__":
    unittest.main()
