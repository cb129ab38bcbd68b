# SPDX-License-Identifier: MIT OR Apache-2.0
"""How a program ends: exit codes, order, tracebacks and the last flush, as under python3."""

import signal
import subprocess
import unittest

from support import GREENHOST, PYTHON, TestCase, environment, run

ENDINGS = {
    "": 0,
    "raise SystemExit": 0,
    "raise SystemExit(None)": 0,
    "raise SystemExit(3)": 3,
    "raise SystemExit(256 + 7)": 7,
    "raise SystemExit(-1)": 255,
    "raise SystemExit(2**70)": 255,
    "raise SystemExit(True)": 1,
    "raise SystemExit('what went wrong')": 1,
    "raise SystemExit(3.5)": 1,
    "raise SystemExit((1, 2))": 1,
    "import sys; sys.exit('text')": 1,
    "exit(4)": 4,
    "quit()": 0,
    "1 / 0": 1,
    "def f(": 1,
    "import os; os._exit(9)": 9,
    "import os; os.abort()": -signal.SIGABRT,
    "import os; os.kill(os.getpid(), 15)": -signal.SIGTERM,
    "raise KeyboardInterrupt": -signal.SIGINT,
    "raise KeyboardInterrupt('text')": -signal.SIGINT,
    "import os; os.kill(os.getpid(), 2)": -signal.SIGINT,
    "import signal; signal.raise_signal(2)": -signal.SIGINT,
    "raise BaseExceptionGroup('g', [KeyboardInterrupt(), ValueError(1)])": 1,
    "class C(SystemExit): pass\nraise C(5)": 5,
    "import sys; sys.excepthook = lambda *a: print('hook', a[0])\n1 / 0": 1,
    "import sys; sys.stdout.close(); sys.stderr.close(); 1 / 0": 1,
    "import sys; del sys.excepthook\n1 / 0": 1,
    "import sys; sys.stderr = None\nsys.exit('gone')": 1,
}

TRACEBACKS = {
    "deep": "def f(n): return g(n)\ndef g(n): return f(n - 1) if n else 1 / 0\nf(3)\n",
    "recursion": "def f(): f()\nf()\n",
    "cause": "try:\n    {}['x']\nexcept KeyError as e:\n    raise ValueError('no') from e\n",
    "context": "try:\n    {}['x']\nexcept KeyError:\n    int('x')\n",
    "group": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\n",
    "note": "e = ValueError('v')\ne.add_note('look here')\nraise e\n",
    "syntax": "x = (1,\ny = 2\n",
    "indent": "if 1:\nx = 1\n",
    "callback": "sorted([2, 1], key=lambda x: x / 0)\n",
    "import": "import helper\n",
    "class": "class A:\n    x = undefined\n",
    "thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='T')\n"
    "t.start()\nt.join()\n",
    "unraisable": "class A:\n    def __del__(self): 1 / 0\nA()\n",
    "warning": "import warnings\nwarnings.warn('beware')\n",
    "stack": "import traceback\ntraceback.print_stack()\n",
    "frames": "import sys\nf = sys._getframe()\nprint(f.f_back, f.f_code.co_name)\n",
    "stacksummary": "import inspect\nprint(len(inspect.stack(0)))\n",
    "exit in thread": "import threading, sys\nthreading.Thread(target=sys.exit, args=(3,)).start()\n",
}

ORDER = """
import atexit, threading, sys
class Last:
    def __del__(self): print("teardown")
last = Last()
atexit.register(print, "atexit, registered first")
atexit.register(print, "atexit, registered last")
gate = threading.Event()
def work():
    gate.wait()
    print("thread")
threading.Thread(target=work).start()
threading.Thread(target=threading.Event().wait, daemon=True).start()
threading._register_atexit(gate.set)
print("main ends")
"""


class ExitTest(TestCase):
    def test_each_ending(self):
        for code, expected in ENDINGS.items():
            with self.subTest(code):
                self.assert_same("-c", code, code=expected)
                self.assert_same(self.write("ending.py", code), code=expected)

    def test_the_shell_sees_130(self):
        for program in (PYTHON, GREENHOST):
            done = run("/bin/sh", "-c", f"{program} -c 'raise KeyboardInterrupt'; echo $?")
            self.assertEqual(done.out, "130\n")

    def test_interrupt_from_outside(self):
        waits = {
            "sleeping": "time.sleep(1000)",
            "running": "exec('while True: pass')",
            "joining a thread": "threading.Thread(target=signal.pause, daemon=True).start()"
            " or threading.Event().wait()",
            "reading": "os.read(os.pipe()[0], 1)",
        }
        for name, wait in waits.items():
            code = f"import os, signal, threading, time; print('ready', flush=True)\n{wait}"
            for program in (PYTHON, GREENHOST):
                with self.subTest(name, program=program):
                    code_seen, err = self.interrupt(program, code)
                    self.assertEqual(code_seen, -signal.SIGINT, err)
                    self.assertTrue(err.endswith("\nKeyboardInterrupt\n"), err)

    def interrupt(self, program, code):
        with subprocess.Popen(
            [program, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
        ) as process:
            try:
                self.assertEqual(process.stdout.readline(), "ready\n")
                err = None
                while err is None:
                    process.send_signal(signal.SIGINT)
                    err = self.errors(process)
            finally:
                process.kill()
        return process.returncode, err

    def errors(self, process):
        """What it says if it ends. Python itself misses a signal just before it waits."""
        try:
            return process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            return None

    def test_last_flush_that_fails(self):
        for code in ("print('x')", "import sys; print('x'); sys.exit(3)", "print('x'); 1 / 0"):
            with self.subTest(code), open("/dev/full", "w") as full:
                self.assert_same("-c", code, stdout=full)
        with open("/dev/full", "w") as full:
            self.assertEqual(run(GREENHOST, "-c", "print('x')", stdout=full).code, 120)

    def test_broken_pipe(self):
        for program in (PYTHON, GREENHOST):
            done = run(
                "/bin/bash",
                "-c",
                f"{program} -c 'for i in range(10**6): print(i)' | head -n 1; "
                "echo ${PIPESTATUS[0]}",
            )
            self.assertEqual(done.out, "0\n1\n", program)
            self.assertTrue(done.err.endswith("BrokenPipeError: [Errno 32] Broken pipe\n"), done)

    def test_order(self):
        seen = self.assert_same("-c", ORDER, code=0)
        self.assertEqual(
            seen.out.splitlines(),
            ["main ends", "thread", "atexit, registered last", "atexit, registered first"]
            + ["teardown"],
        )

    def test_atexit_that_fails(self):
        self.assert_same("-c", "import atexit; atexit.register(lambda: 1 / 0)")
        self.assert_same("-c", "import atexit, sys; atexit.register(sys.exit, 3)")

    def test_closed_standard_streams(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                one, other = (
                    run(
                        "/bin/sh",
                        "-c",
                        f"{program} -c 'import sys; print(sys.stdin is None, "
                        f"sys.stdout is None, sys.stderr is None, file=sys.stderr)' {closed}",
                    )
                    for program in (PYTHON, GREENHOST)
                )
                self.assertEqual(other, one)


class TracebackTest(TestCase):
    def test_each(self):
        self.write("helper.py", "def f():\n    return 1 / 0\nf()\n")
        for name, code in TRACEBACKS.items():
            with self.subTest(name):
                self.assert_same(self.write("program.py", code))
                self.assert_same("-c", code)
                self.assert_same(stdin=code)
                self.assert_same("-m", "program")

    def test_no_frame_of_the_host_below_main(self):
        seen = self.assert_same(self.write("bad.py", "1 / 0\n"), code=1)
        self.assertEqual(
            seen.err,
            f'Traceback (most recent call last):\n  File "{self.directory}/bad.py", line 1, in '
            "<module>\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n",
        )


if __name__ == "__main__":
    unittest.main()
