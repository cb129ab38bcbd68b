# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every flag and every PYTHON* variable means what it means to python3."""

import unittest

from support import TestCase

PROBE = """
import sys, os
print(sys.flags, sys.warnoptions, sys._xoptions, sys.argv, sys.dont_write_bytecode)
print(sys.pycache_prefix, sys.platlibdir, sys.hash_info.width, sys.getfilesystemencoding())
print([p for p in sys.path if not p.endswith("/pylib")])
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.encoding, stream.errors, stream.line_buffering, stream.write_through)
print(hash("text") if sys.flags.hash_randomization == 0 else None, sys.prefix, sys.exec_prefix)
print(sys.get_int_max_str_digits(), __debug__, sys.breakpointhook)
"""

FLAGS = (
    "-b",
    "-bb",
    "-B",
    "-d",
    "-E",
    "-i",
    "-I",
    "-O",
    "-OO",
    "-P",
    "-q",
    "-R",
    "-s",
    "-S",
    "-u",
    "-W ignore",
    "-Wignore",
    "-W error::DeprecationWarning -W default",
    "-x",
    "-X dev",
    "-Xdev",
    "-X utf8",
    "-X utf8=0",
    "-X faulthandler",
    "-X tracemalloc=3",
    "-X int_max_str_digits=640",
    "-X pycache_prefix=/nowhere",
    "-X no_debug_ranges",
    "-X frozen_modules=off",
    "-X warn_default_encoding",
    "-X safe_path",
    "-X anything=else",
    "--check-hash-based-pycs always",
    "--check-hash-based-pycs never",
    "-Is",
    "-IsSEPBOOu",
    "-BWignore",
    "-BW ignore -Ic",
    "-sX dev",
)

VARIABLES = (
    "PYTHONBREAKPOINT=print",
    "PYTHONCASEOK=1",
    "PYTHONCOERCECLOCALE=0",
    "PYTHONDEBUG=1",
    "PYTHONDEVMODE=1",
    "PYTHONDONTWRITEBYTECODE=1",
    "PYTHONFAULTHANDLER=1",
    "PYTHONHASHSEED=0",
    "PYTHONHASHSEED=123",
    "PYTHONHOME=/usr",
    "PYTHONINSPECT=1",
    "PYTHONINTMAXSTRDIGITS=700",
    "PYTHONIOENCODING=latin-1:replace",
    "PYTHONLEGACYWINDOWSSTDIO=1",
    "PYTHONMALLOC=debug",
    "PYTHONNODEBUGRANGES=1",
    "PYTHONNOUSERSITE=1",
    "PYTHONOPTIMIZE=2",
    "PYTHONPATH=/one:two:/three",
    "PYTHONPLATLIBDIR=lib",
    "PYTHONPROFILEIMPORTTIME=",
    "PYTHONPYCACHEPREFIX=/nowhere",
    "PYTHONSAFEPATH=1",
    "PYTHONSTARTUP=/nowhere",
    "PYTHONTRACEMALLOC=2",
    "PYTHONUNBUFFERED=1",
    "PYTHONUSERBASE=/nowhere",
    "PYTHONUTF8=1",
    "PYTHONUTF8=0",
    "PYTHONVERBOSE=",
    "PYTHONWARNINGS=ignore,error::UserWarning",
    "PYTHONWARNDEFAULTENCODING=1",
    "LC_ALL=C",
    "LC_ALL=POSIX",
    "LANG=C",
)


class FlagTest(TestCase):
    def test_each_flag(self):
        for words in FLAGS:
            with self.subTest(words):
                flags = words.split()
                self.assert_same(*flags, *([] if flags[-1].endswith("c") else ["-c"]), PROBE)

    def test_each_variable(self):
        for setting in VARIABLES:
            with self.subTest(setting):
                name, _, value = setting.partition("=")
                self.assert_same("-c", PROBE, env={name: value}, code=0)

    def test_variables_ignored(self):
        for flag in ("-E", "-I"):
            with self.subTest(flag):
                self.assert_same(flag, "-c", PROBE, env={"PYTHONPATH": "/one"}, code=0)

    def test_wrong_flag(self):
        for words in ("-z", "-Bz", "--unknown", "--plainly", "--help-greenhosts", "-Xutf8=7"):
            with self.subTest(words):
                self.assert_same(words, "-c", "pass")

    def test_wrong_variable(self):
        for setting in ("PYTHONHASHSEED=x", "PYTHONUTF8=7", "PYTHONMALLOC=x", "PYTHONWARNINGS=x"):
            with self.subTest(setting):
                name, _, value = setting.partition("=")
                self.assert_same("-c", "pass", env={name: value})

    def test_wrong_home(self):
        self.assert_same("-c", "pass", env={"PYTHONHOME": "/nowhere"}, code=1)

    def test_answers(self):
        for word in ("-V", "--version", "-VV", "-h", "--help", "-?", "--help-env"):
            with self.subTest(word):
                self.assert_same(word, code=0)
        self.assert_same("--help-xoptions", code=0)
        self.assert_same("--help-all", code=0)

    def test_first_line_skipped(self):
        script = self.write("odd", "this is no python\nprint('fine')\n")
        self.assert_same("-x", script, code=0)


if __name__ == "__main__":
    unittest.main()
