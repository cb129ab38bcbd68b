# SPDX-License-Identifier: MIT OR Apache-2.0
"""Virtual environments: linked into one, named by VIRTUAL_ENV, named by --venv, and made anew."""

import subprocess
import unittest

from support import GREENHOST, PYTHON, TestCase, environment, run

WHERE = """
import sys, site, os
print(sys.executable, sys.prefix, sys.base_prefix, sys._base_executable)
print([p for p in sys.path if "site-packages" in p], site.ENABLE_USER_SITE)
"""
CHILD = "import os, subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', sys.argv[1]]))"


class VenvCase(TestCase):
    def setUp(self):
        super().setUp()
        self.venv = self.directory / "venv"
        self.make(PYTHON, self.venv)

    def make(self, program, path, *options):
        done = run(program, "-m", "venv", "--without-pip", *options, path)
        self.assertEqual(done.code, 0, done)

    def where(self, executable, base=GREENHOST, prefix=None):
        prefix = prefix or self.venv
        packages = f"{prefix}/lib/python3.11/site-packages"
        return f"{executable} {prefix} /usr {base}\n['{packages}'] False\n"

    def see(self, program, *args, **variables):
        """What WHERE prints in this process and, the same, in a child started as sys.executable."""
        results = []
        for code in ([WHERE], [CHILD, WHERE]):
            done = subprocess.run(
                [str(program), *map(str, args), "-c", *code],
                capture_output=True,
                text=True,
                env=environment(**variables),
                cwd=self.directory,
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            results.append(done.stdout)
        self.assertEqual(*results)
        return results[0]


class VenvTest(VenvCase):
    def test_variable(self):
        seen = self.see(GREENHOST, VIRTUAL_ENV=str(self.venv))
        self.assertEqual(seen, self.where(GREENHOST))

    def test_variable_with_greenhost_in_the_environment(self):
        link = self.venv / "bin/greenhost"
        link.symlink_to(GREENHOST)
        self.assertEqual(self.see(GREENHOST, VIRTUAL_ENV=str(self.venv)), self.where(link))

    def test_variable_with_a_slash_too_many_or_a_link(self):
        (self.directory / "link").symlink_to(self.venv)
        seen = self.see(GREENHOST, VIRTUAL_ENV=f"{self.venv}//")
        self.assertEqual(seen, self.where(GREENHOST))
        seen = self.see(GREENHOST, VIRTUAL_ENV=f"{self.directory}/link")
        self.assertEqual(seen, self.where(GREENHOST, prefix=self.directory / "link"))

    def test_variable_empty(self):
        self.assert_same("-c", WHERE, env={"VIRTUAL_ENV": ""}, code=0)

    def test_variable_and_isolated(self):
        # -I shuts out the user's variables; the environment is where the program lives.
        seen = self.see(GREENHOST, "-I", VIRTUAL_ENV=str(self.venv))
        self.assertEqual(seen, self.where(GREENHOST))

    def test_option(self):
        for words in (["--venv", "venv"], ["--venv=venv"], ["-B", f"--venv={self.venv}/", "-s"]):
            with self.subTest(words):
                self.assertEqual(self.see(GREENHOST, *words), self.where(GREENHOST))

    def test_option_is_inherited_by_any_child(self):
        code = "import os; os.chdir('/'); os.system('printenv VIRTUAL_ENV')"
        self.assertEqual(self.hosted("--venv", "venv", "-c", code), f"{self.venv}\n")

    def test_link(self):
        link = self.venv / "bin/greenhost"
        link.symlink_to(GREENHOST)
        self.assertEqual(self.see(str(link)), self.where(link))
        self.assertEqual(run(link, "-m", "venv", "--without-pip", self.directory / "next").code, 0)
        python = self.directory / "next/bin/python"
        self.assertEqual(self.see(python), self.where(python, prefix=self.directory / "next"))

    def test_link_overrules_variable(self):
        link = self.venv / "bin/greenhost"
        link.symlink_to(GREENHOST)
        plain = self.see(str(link))
        self.make(PYTHON, self.directory / "other")
        for other in ("other", "missing"):
            seen = self.see(str(link), VIRTUAL_ENV=f"{self.directory}/{other}")
            self.assertEqual(seen, plain)

    def test_option_overrules_link_and_variable(self):
        link = self.venv / "bin/greenhost"
        link.symlink_to(GREENHOST)
        other = self.directory / "other"
        self.make(PYTHON, other)
        seen = self.see(str(link), "--venv", "other", VIRTUAL_ENV="/missing")
        self.assertEqual(seen, self.where(GREENHOST, prefix=other))

    def test_packages_and_pth_files(self):
        packages = self.venv / "lib/python3.11/site-packages"
        (packages / "only_here.py").write_text("print('only here')")
        (packages / "extra.pth").write_text("/usr/share\n")
        code = "import only_here, sys; print('/usr/share' in sys.path)"
        self.assertEqual(self.hosted("--venv", "venv", "-c", code), "only here\nTrue\n")

    def test_system_packages(self):
        self.make(PYTHON, self.directory / "open", "--system-site-packages")
        code = "import sys; print('/usr/lib/python3/dist-packages' in sys.path)"
        for name, expected in (("open", "True\n"), ("venv", "False\n")):
            self.assertEqual(self.hosted("--venv", name, "-c", code), expected)

    def test_package_of_greenhost_is_found_in_an_environment(self):
        code = "import sys; print(sys.path[-1].endswith('/pylib'))"
        self.assertEqual(self.hosted("--venv", "venv", "-c", code), "True\n")


class MadeByGreenhostTest(VenvCase):
    def setUp(self):
        super().setUp()
        self.made = self.directory / "made"

    def test_each_name(self):
        self.make(GREENHOST, self.made)
        for name in ("python", "python3", "python3.11", "greenhost"):
            path = self.made / "bin" / name
            self.assertEqual(self.see(str(path)), self.where(path, prefix=self.made))

    def test_copies(self):
        self.make(GREENHOST, self.made, "--copies")
        code = "import sys; print(sys.prefix, sys.path[-1].endswith('/pylib'))"
        done = run(f"{self.made}/bin/python", "-c", code)
        self.assertEqual(done, (0, f"{self.made} True\n", ""))

    def test_inside_another_environment(self):
        env = {"VIRTUAL_ENV": str(self.venv)}
        self.assertEqual(run(GREENHOST, "-m", "venv", "--without-pip", self.made, env=env).code, 0)
        path = self.made / "bin/python"
        self.assertEqual(self.see(str(path), **env), self.where(path, prefix=self.made))

    def test_with_pip(self):
        done = run(GREENHOST, "-m", "venv", self.made)
        self.assertEqual((done.code, done.err), (0, ""))
        done = run(f"{self.made}/bin/python", "-m", "pip", "list", "--format=freeze")
        self.assertEqual(done.code, 0, done)
        self.assertIn("pip==", done.out)
        script = (self.made / "bin/pip").read_text()
        self.assertEqual(script.splitlines()[0], f"#!{self.made}/bin/greenhost")


if __name__ == "__main__":
    unittest.main()
