# SPDX-License-Identifier: MIT OR Apache-2.0
"""greenhost's own options: where they may stand, what they refuse, and what --plain leaves out."""

import os
import unittest

from support import GREENHOST, PYTHON, TestCase, run

HOSTED = "import sys; print('_greenhost' in sys.builtin_module_names, sys.argv)"


class PlaceTest(TestCase):
    def test_among_the_options_of_python(self):
        self.write("module.py", HOSTED)
        for words in (
            "--plain {}",
            "-B --plain {}",
            "-W ignore --plain -X dev {}",
            "-Wignore --plain -Xdev {}",
            "-BX dev --plain -s {}",
            "--check-hash-based-pycs always --plain {}",
            "--plain -B --plain {}",
            "--plain -- {}",
        ):
            for program in ("module.py", "-m module"):
                with self.subTest(words, program=program):
                    if words.endswith("-- {}") and program != "module.py":
                        continue
                    out = self.hosted(*words.format(program).split(), "x", "--plain")
                    self.assertTrue(out.startswith("False ['"), out)
                    self.assertTrue(out.endswith("module.py', 'x', '--plain']\n"), out)

    def test_what_belongs_to_the_program(self):
        self.write("--plain", "")
        for words in (["-c", HOSTED], ["-Bc", HOSTED], ["-Wdefault", "-c", HOSTED]):
            with self.subTest(words):
                out = self.hosted(*words, "--plain", "--venv", "--help-greenhost", "--version")
                self.assertEqual(
                    out, "True ['-c', '--plain', '--venv', '--help-greenhost', '--version']\n"
                )

    def test_what_belongs_to_an_option_of_python(self):
        # Each takes the next word whatever it looks like, as in python3.
        self.assert_same("-X", "--plain", "-c", "import sys; print(sys._xoptions)", code=0)
        self.assert_same("-sW", "--venv", "-c", "pass", code=0)
        self.assert_same("--check-hash-based-pycs", "--plain", "-c", "pass")

    def test_options_without_a_program(self):
        out = self.hosted("--plain", stdin=HOSTED)
        self.assertEqual(out, "False ['']\n")
        self.assertEqual(self.hosted("--plain", "-", stdin=HOSTED), "False ['-']\n")

    def test_whole_command_line_stays_visible(self):
        code = "import sys; print(sys.orig_argv[1:3])"
        self.assertEqual(self.hosted("--plain", "-c", code), "['--plain', '-c']\n")


class AnswerTest(TestCase):
    def test_help(self):
        out = self.hosted("-B", "--help-greenhost", "-c", "print('not run')")
        for word in ("--help-greenhost", "--version-greenhost", "--plain", "--venv DIR"):
            self.assertIn(f"\n  {word} ", out)
        for code in (64, 69, 70, 71, 78):
            self.assertRegex(out, f"\n  {code}  ")
        self.assertNotIn("not run", out)

    def test_version(self):
        pattern = r"\Agreenhost \d+\.\d+\.\d+ \(Python 3\.11\.\d+.*, libuv 1\.\d+\.\d+\)\n\Z"
        self.assertRegex(self.hosted("--version-greenhost"), pattern)

    def test_answer_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = run(GREENHOST, "--help-greenhost", stdout=full)
        self.assertEqual(done.code, 1)
        self.assertEqual(done.err, "greenhost: standard output: No space left on device\n")


class MistakeTest(TestCase):
    def assert_refused(self, code, pattern, *args, **how):
        done = run(GREENHOST, *args, **how)
        self.assertEqual((done.code, done.out), (code, ""), done)
        self.assertRegex(done.err, rf"\Agreenhost: [^\n]*{pattern}[^\n]*; [^\n]+\n\Z")

    def test_threads_of_another_kind(self):
        self.assert_refused(64, "--threads is neither tasks nor os", "--threads=green")
        self.assert_refused(64, "--threads is neither tasks nor os", "--threads")
        pattern = "GREENHOST_THREADS is neither tasks nor os"
        self.assert_refused(64, pattern, "-c", "pass", env={"GREENHOST_THREADS": "green"})

    def test_venv_without_directory(self):
        self.assert_refused(64, "--venv needs a directory", "--venv")
        self.assert_refused(64, "--venv needs a directory", "--venv=")
        self.assert_refused(64, "--venv needs a directory", "--venv", "")

    def test_portal_with_another_value(self):
        self.assert_refused(64, r"--portal has one value, always", "--portal=often")
        self.assert_refused(64, r"--portal has one value", "--portal")

    def test_flag_with_value(self):
        for option in ("--plain", "--help-greenhost", "--version-greenhost"):
            with self.subTest(option):
                self.assert_refused(64, f"{option} takes no value", f"{option}=1")

    def test_venv_that_is_none(self):
        self.write("empty/x", "")
        self.write("homeless/pyvenv.cfg", "version = 3.11.2\n")
        self.write("other/pyvenv.cfg", "home = /usr/bin\nversion = 3.12.1\n")
        self.write("longer/pyvenv.cfg", "home = /usr/bin\nversion_info = 3.110.0\n")
        (self.directory / "directory/pyvenv.cfg").mkdir(parents=True)
        for name, pattern in (
            ("missing", "cannot read its pyvenv.cfg .No such file"),
            ("empty", "cannot read its pyvenv.cfg"),
            ("directory", "cannot read its pyvenv.cfg .Is a directory"),
            ("homeless", "names no home"),
            ("other", "is for Python 3.12.1 and this is Python 3.11"),
            ("longer", "is for Python 3.110.0"),
        ):
            with self.subTest(name):
                path = self.directory / name
                self.assert_refused(78, pattern, "--venv", path)
                self.assert_refused(78, pattern, f"--venv={path}", "-c", "pass")
                self.assert_refused(78, pattern, "--venv", name, cwd=self.directory)
                self.assert_refused(78, pattern, "-c", "pass", env={"VIRTUAL_ENV": str(path)})

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_venv_unreadable(self):
        path = self.write("closed/pyvenv.cfg", "home = /usr/bin\n")
        path.chmod(0)
        self.assert_refused(78, "Permission denied", "--venv", path.parent)


class PlainTest(TestCase):
    def test_package_hosted(self):
        self.assertEqual(self.hosted("-c", "import _greenhost; print('there')"), "there\n")

    def test_package_plain(self):
        for name in ("_greenhost", "greenhost"):
            done = run(GREENHOST, "--plain", "-c", f"import {name}", cwd="/")
            self.assertEqual(done.code, 1)
            self.assertRegex(done.err, rf"(?m)^(ModuleNotFound|Import)Error: .*{name}")

    def test_variable(self):
        for value, expected in (("1", "False"), ("", "True")):
            out = self.hosted("-c", HOSTED, env={"GREENHOST_PLAIN": value})
            self.assertEqual(out, f"{expected} ['-c']\n")

    def test_children_are_plain_too(self):
        code = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
        self.assertEqual(self.hosted("--plain", "-c", code, HOSTED), "False ['-c']\n")
        self.assertEqual(self.hosted("-c", code, HOSTED), "True ['-c']\n")


WAITS = """
import asyncio, greenhost
async def main():
    async def child():
        return greenhost.has_portal()
    print(greenhost.has_portal(), await asyncio.create_task(child()))
asyncio.run(main())
"""


class PortalTest(TestCase):
    """--portal=always, without which no task has a portal that it did not ask for."""

    def test_option_and_variable(self):
        for words, env, expected in (
            ([], {}, False),
            (["--portal=always"], {}, True),
            (["--portal", "always"], {}, True),
            ([], {"GREENHOST_PORTAL": "always"}, True),
            ([], {"GREENHOST_PORTAL": "sometimes"}, False),
        ):
            with self.subTest(words, env=env):
                out = self.hosted(*words, "-c", WAITS, env=env)
                self.assertEqual(out, f"{expected} {expected}\n")

    def test_children_inherit_it(self):
        code = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
        self.assertEqual(self.hosted("--portal=always", "-c", code, WAITS), "True True\n")

    def test_nothing_is_imported_for_it(self):
        code = "import sys; print({'asyncio', 'trio'} & set(sys.modules))"
        self.assertEqual(self.hosted("--portal=always", "-c", code), "set()\n")

    def test_plain_wins(self):
        code = "import sys; print('greenhost' in sys.modules)"
        self.assertEqual(self.hosted("--portal=always", "--plain", "-c", code), "False\n")


class StartTest(TestCase):
    """What the operating system refuses at the start is told in one line."""

    def test_few_descriptors_are_enough_without_tasks(self):
        for limit in range(4, 16):
            expected, done = (self.limited(program, limit) for program in (PYTHON, GREENHOST))
            with self.subTest(limit):
                self.assertEqual(done.code, expected.code, done)

    def test_no_descriptor_left_for_the_loop(self):
        program = "import greenhost; print(greenhost.spawn(lambda: 'ran').result(), end='')"
        for limit in range(8, 24):
            done = self.limited(GREENHOST, limit, program)
            with self.subTest(limit):
                if done.code == 0:
                    self.assertEqual(done.out, "ran")
                else:
                    self.assertEqual(done.code, 71)
                    self.assertRegex(done.err, r"\Agreenhost: [^\n]+; [^\n]+\n\Z")

    def limited(self, program, limit, text="pass"):
        return run("/bin/sh", "-c", f'ulimit -n {limit}; exec {program} -c "{text}"')


if __name__ == "__main__":
    unittest.main()
