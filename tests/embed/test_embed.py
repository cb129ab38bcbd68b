# SPDX-License-Identifier: MIT OR Apache-2.0
"""Programs of others: built in a temporary prefix with what pkg-config says, and nothing else."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = (ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve().parent
EXAMPLES = ROOT / "examples" / "embed"
sys.path.insert(0, str(HERE.parent / "servers"))

from support import Postgres, free_port  # noqa: E402

MOST_LINES = 60
PATIENCE = 300


class EmbedTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="greenhost-embed-")
        cls.addClassCleanup(directory.cleanup)
        cls.prefix = Path(directory.name)
        # What is there is installed: other tests are running it.
        command = ["make", "-s", "-C", ROOT, "-o", "all", "install"]
        command += [f"BUILD={BUILD}", f"PREFIX={cls.prefix}"]
        subprocess.run(command, check=True, capture_output=True)

    def build(self, source, package="greenhost", *more):
        """An executable of one source file, and the environment that it runs in."""
        environment = os.environ | {"PKG_CONFIG_PATH": str(self.prefix / "lib" / "pkgconfig")}
        flags = subprocess.check_output(
            ["pkg-config", "--cflags", "--libs", package], env=environment, text=True
        )
        program = self.prefix / f"{source.stem}-{source.suffix[1:]}-{package}"
        compiler = ["g++"] if source.suffix == ".cc" else ["gcc"]
        warnings = ["-Wall", "-Wextra", "-Werror"]
        command = [*compiler, *warnings, "-o", program, source, *flags.split(), *more]
        subprocess.run(command, check=True)
        return program

    def run_program(self, program, *words, **environment):
        environment = os.environ | {"LD_LIBRARY_PATH": str(self.prefix / "lib")} | environment
        done = subprocess.run(
            [program, *words], capture_output=True, text=True, timeout=PATIENCE, env=environment
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout.splitlines()

    def test_examples_are_short(self):
        for source in EXAMPLES.iterdir():
            with self.subTest(source.name):
                self.assertLessEqual(len(source.read_text().splitlines()), MOST_LINES)

    def test_hello(self):
        said = ["hello from C, while Python sleeps", "hello from Python"]
        for package in ("greenhost", "greenhost-static"):
            with self.subTest(package):
                self.assertEqual(self.run_program(self.build(EXAMPLES / "hello.c", package)), said)

    def test_hello_in_cpp(self):
        self.assertEqual(
            self.run_program(self.build(EXAMPLES / "hello.cc")), ["hello from C++: 42"]
        )

    def test_promise(self):
        said = self.run_program(self.build(EXAMPLES / "promise.c"))
        self.assertEqual(said, ["meanwhile, another task", "it is 36.6"])

    def test_game(self):
        said = self.run_program(self.build(EXAMPLES / "game.c"))
        self.assertEqual(said, ["left", "right", "jump", "no frame was late"])

    def test_own_loop_beside_postgres(self):
        server = Postgres()
        self.addCleanup(server.stop)
        server.start()
        program = self.build(EXAMPLES / "own_loop.c")
        said = self.run_program(program, server.address)
        self.assertEqual(said, ["the answer is 42", "meanwhile the timer ticked"])

    def test_http_server(self):
        program = self.build(EXAMPLES / "http.c", "greenhost", "-lhttp_parser")
        port = free_port()
        environment = os.environ | {"LD_LIBRARY_PATH": str(self.prefix / "lib")}
        server = subprocess.Popen([program, str(port), EXAMPLES], env=environment)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)

        def get(number):
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{port}/{number}") as answer:
                return answer.read().decode()

        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                get("first")
                break
            except urllib.error.URLError:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
        started = time.monotonic()
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(get, range(50)))
        self.assertEqual(answers, [f"hello /{number}" for number in range(50)])
        self.assertLess(time.monotonic() - started, 10)  # as one after the other would take

    def test_stream(self):
        program = self.build(EXAMPLES / "stream.c")
        environment = os.environ | {"LD_LIBRARY_PATH": str(self.prefix / "lib")}
        with subprocess.Popen([program], stdout=subprocess.PIPE, env=environment) as server:
            self.addCleanup(server.kill)
            port = int(server.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as guest:
                lines = guest.makefile("rw")
                for word in ("one\n", "two\n"):
                    print(word, end="", file=lines, flush=True)
                    self.assertEqual(lines.readline(), word.upper())
                guest.shutdown(socket.SHUT_WR)
                self.assertEqual(lines.readline(), "")
        self.assertEqual(server.returncode, 0)

    def test_opened_late(self):
        """A program that opens the library with dlopen is told what to do, and then it works."""
        program = self.build(HERE / "late.c", "libuv", "-ldl")
        library = str(self.prefix / "lib" / "libgreenhost.so")
        inactive = self.run_program(program, library)
        self.assertRegex(inactive[0], "^inactive: .*LD_PRELOAD=libgreenhost-surface.so")
        self.assertEqual(inactive[1], "gh_open: ENOSYS")
        surface = str(self.prefix / "lib" / "libgreenhost-surface.so")
        active = self.run_program(program, library, LD_PRELOAD=surface)
        self.assertEqual(active, ["active: ", "gh_open: 0"])

    def declared(self):
        header = (ROOT / "runtime" / "greenhost.h").read_text()
        return set(re.findall(r"^GH_EXPORT .*?\b(gh_\w+)\(", header, re.M))

    def test_everything_declared_is_there(self):
        library = self.prefix / "lib" / "libgreenhost.so"
        table = subprocess.check_output(["nm", "-D", "--defined-only", library], text=True)
        defined = set(re.findall(r" T (gh_\w+)$", table, re.M))
        self.assertEqual(self.declared(), defined)
        self.assertNotIn("gh__", table)

    def test_everything_declared_has_a_page(self):
        """Which says what the header says of it."""
        pages = self.prefix / "share" / "man"
        names = {page.stem for page in (pages / "man3").iterdir()}
        self.assertLessEqual(self.declared() | {"greenhost", "gh_make", "gh_int"}, names)
        self.show(pages, "greenhost")
        for name in ("gh_make", "gh_int"):
            page = self.show(pages, name)
            self.assertIn("#define gh_int(integer)", page)
        page = " ".join(self.show(pages, "gh_spawn").split())
        prototype = "int gh_spawn(gh_host_t *host, gh_task_t **task, const gh_spawn_t *spec);"
        for said in (
            "NAME gh_spawn - makes a task, which begins when the loop next turns SYNOPSIS",
            prototype,
            "Errors UV_EAGAIN: max_tasks are there.",
            "CONTRACT Thread loop, task or callback GIL any",
            "const char *module a module, as python3 -m MODULE",
        ):
            self.assertIn(said, page)

    def show(self, pages, name):
        command = ["man", "--warnings", "-M", pages, "3", name]
        environment = os.environ | {"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MANROFFOPT": ""}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""), name)
        self.assertLess(max(map(len, done.stdout.splitlines())), 80, name)
        return done.stdout

    def test_the_pages_are_sound(self):
        """groff has no warning for any of them."""
        pages = self.prefix / "share" / "man"
        files = sorted(pages.glob("man*/*"))
        command = ["groff", "-man", "-ww", "-Tutf8", "-I", pages, *files]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
