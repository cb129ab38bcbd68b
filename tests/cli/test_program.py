# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every way of naming a program: what it sees of itself is what it sees under python3."""

import py_compile
import shutil
import stat
import subprocess
import unittest
import zipfile

from support import GREENHOST, PYTHON, TestCase, environment, run

# The directory of the greenhost package, last on the path, is the one thing allowed to differ;
# and sys.orig_argv has greenhost's own options in it, where there are any.
PROBE = """
import sys
path = [p for p in sys.path if not p.endswith("/pylib")]
print("argv", sys.argv)
print("orig_argv", [word for word in sys.orig_argv if word != "--plain"])
print("path", path)
print("name", __name__, "file", globals().get("__file__"), "package", __package__)
print("spec", __spec__, "doc", __doc__, "loader", type(__loader__), "cached", __cached__
      if "__cached__" in globals() else None)
print("main", sys.modules["__main__"].__dict__ is globals())
print("flags", sys.flags)
print("executable", sys.executable, sys._base_executable)
print("prefix", sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
print("stdin", sys.stdin.encoding, sys.stdin.errors, sys.stdin.line_buffering)
print("stdout", sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering)
print("stderr", sys.stderr.encoding, sys.stderr.errors, sys.stderr.line_buffering)
"""


class ProgramTest(TestCase):
    def setUp(self):
        super().setUp()
        self.script = self.write("folder/script.py", PROBE)

    def test_script(self):
        seen = self.assert_same(self.script, "one", "-x", "--plain", code=0)
        self.assertIn(f"argv ['{self.script}', 'one', '-x', '--plain']", seen.out)

    def test_script_relative_and_dotted(self):
        for name in ("folder/script.py", "./folder/../folder/script.py"):
            seen = self.assert_same(name, code=0)
            self.assertIn(f"argv ['{name}']", seen.out)

    def test_script_through_link(self):
        (self.directory / "link.py").symlink_to(self.script)
        self.assert_same("link.py", code=0)

    def test_script_named_with_bytes_that_are_no_text(self):
        name = b"\xff\xe9.py"
        with open(bytes(self.directory) + b"/" + name, "w") as file:
            file.write("import sys; print(ascii(sys.argv))")
        self.assert_same(name.decode("utf-8", "surrogateescape"), b"\xfe".decode("latin-1"), code=0)

    def test_directory(self):
        self.write("folder/__main__.py", PROBE)
        self.assert_same("folder", "a", code=0)
        self.assert_same("folder/", "a", code=0)
        self.assert_same(".", cwd=self.directory / "folder", code=0)

    def test_zip(self):
        with zipfile.ZipFile(self.directory / "program.zip", "w") as archive:
            archive.writestr("__main__.py", PROBE + "import helper\n")
            archive.writestr("helper.py", "print(__file__)")
        self.assert_same("program.zip", "a", code=0)

    def test_compiled(self):
        py_compile.compile(str(self.script), str(self.directory / "script.pyc"), doraise=True)
        self.assert_same("script.pyc", code=0)

    def test_command(self):
        seen = self.assert_same("-c", PROBE, "a", "-b", "--venv", code=0)
        self.assertIn("argv ['-c', 'a', '-b', '--venv']", seen.out)

    def test_command_glued_to_its_letter(self):
        self.assert_same("-cimport sys; print(sys.argv)", "a", code=0)
        self.assert_same("-Bcimport sys; print(sys.argv)", "--plain", code=0)

    def test_module(self):
        self.write("package/__init__.py", "print('init', __name__)")
        self.write("package/__main__.py", PROBE)
        self.write("package/part.py", PROBE)
        seen = self.assert_same("-m", "package", "a", "--plain", code=0)
        self.assertIn(f"argv ['{self.directory}/package/__main__.py', 'a', '--plain']", seen.out)
        self.assert_same("-m", "package.part", code=0)
        self.assert_same("-mpackage.part", "a", code=0)

    def test_standard_input(self):
        self.assert_same(stdin=PROBE, code=0)
        seen = self.assert_same("-", "a", "--plain", stdin=PROBE, code=0)
        self.assertIn("argv ['-', 'a', '--plain']", seen.out)

    def test_standard_input_that_the_program_reads_too(self):
        self.assert_same("-c", "print(input(), input())", stdin="one\ntwo\n", code=0)
        self.assert_same("-c", "import sys; print(sys.stdin.buffer.read())", stdin="a\nb", code=0)

    def test_end_of_options(self):
        self.assert_same("--", self.script, "--plain", code=0)
        self.assert_same("--", "-c", code=2)

    def test_path_safe_and_isolated(self):
        self.write("package.py", PROBE)
        for flag in ("-P", "-I", "-E", "-s", "-S"):
            with self.subTest(flag):
                self.assert_same(flag, self.script, code=0)
                self.assert_same(flag, "-c", PROBE, code=0)
                self.assert_same(flag, "-m", "package", code=1 if flag in "-P -I" else 0)

    def test_shebang(self):
        outputs = []
        for program in (PYTHON, GREENHOST):
            script = self.write("tool", f"#!{program}\n{PROBE}")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
            done = subprocess.run(
                [script, "a"], capture_output=True, text=True, env=environment(), cwd="/"
            )
            self.assertEqual(done.returncode, 0, done)
            outputs.append(done.stdout.replace(program, "PROGRAM"))
        self.assertEqual(*outputs)

    def test_shebang_with_env_and_an_option_of_ours(self):
        script = self.write(
            "tool",
            "#!/usr/bin/env -S greenhost --plain -B\nimport sys\n"
            "print(sys.argv[1:], sys.dont_write_bytecode, sys.executable)",
        )
        script.chmod(0o755)
        (self.directory / "bin").mkdir()
        (self.directory / "bin/greenhost").symlink_to(GREENHOST)
        path = f"{self.directory}/bin:/usr/bin:/bin"
        done = run(str(script), "a", env={"PATH": path})
        self.assertEqual(done.out, f"['a'] True {self.directory}/bin/greenhost\n", done)


class MissingProgramTest(TestCase):
    def test_missing_file(self):
        seen = self.assert_same("no-such-file.py", code=2)
        self.assertIn("can't open file", seen.err)

    def test_missing_module(self):
        self.assert_same("-m", "no_such_module", code=1)
        self.assert_same("-m", "os.path.nothing", code=1)

    def test_directory_without_main(self):
        (self.directory / "empty").mkdir()
        self.assert_same("empty", code=1)

    def test_unreadable_text(self):
        (self.directory / "bad.py").write_bytes(b"x = '\xff'\n")
        self.assert_same("bad.py", code=1)

    def test_missing_argument(self):
        for option in ("-c", "-m", "-W", "-X"):
            with self.subTest(option):
                self.assert_same(option, code=2)


class ExecutableTest(TestCase):
    CODE = "import sys; print(sys.executable, sys._base_executable, sys.prefix)"

    def test_found_on_path(self):
        (self.directory / "greenhost").symlink_to(GREENHOST)
        done = subprocess.run(
            ["greenhost", "-c", self.CODE],
            env=environment(PATH=f"/nowhere:{self.directory}:/usr/bin"),
            executable=GREENHOST,
            capture_output=True,
            text=True,
        )
        link = f"{self.directory}/greenhost"
        self.assertEqual(done.stdout, f"{link} {link} /usr\n", done.stderr)

    def test_relative(self):
        (self.directory / "greenhost").symlink_to(GREENHOST)
        done = run("./greenhost", "-c", self.CODE, cwd=self.directory)
        link = f"{self.directory}/greenhost"
        self.assertEqual(done.out, f"{link} {link} /usr\n", done)

    def test_invented_or_empty_name_still_names_greenhost(self):
        for name in ("no-such-program", ""):
            with self.subTest(name):
                done = subprocess.run(
                    [name, "-c", self.CODE],
                    env=environment(),
                    executable=GREENHOST,
                    capture_output=True,
                    text=True,
                )
                self.assertEqual(done.stdout, f"{GREENHOST} {GREENHOST} /usr\n", done.stderr)

    def test_another_library_beside_the_executable_is_not_taken(self):
        self.write("bin/x", "")
        self.write("lib/python3.11/os.py", "raise SystemExit('the wrong library')")
        (self.directory / "bin/greenhost").symlink_to(GREENHOST)
        copy = self.directory / "bin/copy"
        shutil.copy(GREENHOST, copy)

        for program in ("greenhost", "copy"):
            done = run(f"{self.directory}/bin/{program}", "-c", "import os; print(os.__file__)")
            self.assertEqual(done.out, "/usr/lib/python3.11/os.py\n", done)


if __name__ == "__main__":
    unittest.main()
