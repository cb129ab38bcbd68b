# SPDX-License-Identifier: MIT OR Apache-2.0
"""The rules of the house that a program can check. `make lint` runs this.

Each breach is one line: file:line: what is wrong. The last line tells how long functions are.
"""

import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LICENCE = "SPDX-License-Identifier: MIT OR Apache-2.0"
C_FOLDERS = ("host", "runtime")
ALL_FOLDERS = ("host", "runtime", "pylib", "examples", "bench", "tests", "tools")
PUBLIC_HEADERS = ("runtime/greenhost.h",)

FILE_LINES = 500
PUBLIC_LINES = 400
MEDIAN_LINES = 10
NINE_IN_TEN_LINES = 35

# The rooms that a room must not include from; the core knows of the surface libc.h alone.
AGAINST = {"core": ("hooks", "pymod", "api"), "hooks": ("pymod", "api"), "pymod": ("hooks", "api")}

# These run before there is a host, when every function of the surface is libc's own.
BEFORE_THE_HOST = ("runtime/interp.c", "runtime/venv.c")
# Where the one switch is.
SWITCHES = "runtime/core/switch.c"

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])+'")
FUNCTION = re.compile(r"^(?!typedef|struct|enum|union|extern)[A-Za-z_][^;{}=]*\)\s*\{", re.M)
PROTOTYPE = re.compile(r"^(?!typedef|#|extern)[A-Za-z][^;{}]*?\b(\w+)\([^;{}]*\);", re.M)
CONTRACT = re.compile(r"\[[^][|]+(?:\|[^][|]+){4}\]")
HOOK = re.compile(r"^HOOK\w*\(\w+,[^,()]+,\s*(\w+)", re.M)


def files(folders, *suffixes):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path, str(path.relative_to(ROOT)), path.read_text()


def blank(match):
    """As many lines, and nothing in them: line numbers stay what they are."""
    return "\n" * match[0].count("\n")


def bare(text):
    """C without its comments and what is in its strings."""
    quiet = STRING.sub('""', COMMENT.sub(blank, text))
    return re.sub(r"^[ \t]*#.*(?:\\\n.*)*", blank, quiet, flags=re.M)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def licences():
    for path, name, text in files(ALL_FOLDERS, ".c", ".h", ".def", ".py", ".pyi", ".S", ".sh"):
        if text and LICENCE not in "\n".join(text.splitlines()[:3]):
            yield f"{name}:1: its first lines do not name the licence"


def file_lengths():
    for path, name, text in files(C_FOLDERS, ".c", ".h"):
        most = PUBLIC_LINES if name in PUBLIC_HEADERS else FILE_LINES
        if text.count("\n") > most:
            yield f"{name}:{most}: longer than {most} lines; divide it, or say it in fewer"


def functions():
    """File, line and length of each function, from its name to its closing brace."""
    for path, name, text in files(C_FOLDERS, ".c", ".h"):
        code = bare(text)
        for match in FUNCTION.finditer(code):
            end = code.find("\n}", match.end())
            newline = code.find("\n", match.end())
            if code[match.end() : newline].rstrip().endswith("}"):
                end = newline - 1
            first = line_of(code, match.start())
            yield name, first, line_of(code, end + 1) - first + 1


def function_lengths():
    lengths = sorted(length for _, _, length in functions())
    if not lengths:
        return
    median, nine = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
    if median > MEDIAN_LINES or nine > NINE_IN_TEN_LINES:
        for name, line, length in sorted(functions(), key=lambda row: -row[2])[:10]:
            yield f"{name}:{line}: a function of {length} lines, among the longest; divide it"


def raw_calls():
    """Inside the runtime, a call by the name of a hook would come back into the surface, as libuv's do."""
    table = ROOT / "runtime/hooks/hooks.def"
    names = HOOK.findall(table.read_text()) if table.exists() else []
    if not names:
        return
    names += [name.replace("pthread_", "uv_") for name in names if "mutex" in name]
    call = re.compile(rf"(?<![\w.>])(?<!->)({'|'.join(names)})\(")
    for path, name, text in files(["runtime"], ".c", ".h"):
        if name in BEFORE_THE_HOST:
            continue
        code = bare(text)
        for match in call.finditer(code):
            yield (
                f"{name}:{line_of(code, match.start())}: a raw call of {match[1]};"
                f" use libc_{match[1]}"
            )


def directions():
    """Who includes whom, as docs/DESIGN.md draws it."""
    for path, name, text in files(["runtime"], ".c", ".h"):
        room = name.split("/")[1]
        for match in re.finditer(r'^#include "((\w+)/[^"]+)"', text, re.M):
            included, other = match[1], match[2]
            if other in AGAINST.get(room, ()) and included != "hooks/libc.h":
                yield f"{name}:{line_of(text, match.start())}: {room} must not know {included}"


def switches():
    for path, name, text in files(["runtime"], ".c", ".h"):
        code = bare(text)
        for match in re.finditer(r"\bPyGreenlet_(Switch|Throw)\b", code):
            if name != SWITCHES:
                yield f"{name}:{line_of(code, match.start())}: switches; only {SWITCHES} may"


def contracts():
    """Every public prototype has a comment above it that ends with its contract."""
    for name in PUBLIC_HEADERS:
        text = (ROOT / name).read_text()
        code = bare(text)
        lines = text.splitlines()
        for match in PROTOTYPE.finditer(code):
            line = line_of(code, match.start())
            above = "\n".join(lines[: line - 1])
            comment = above[above.rfind("/*") :]
            if not above.endswith("*/") or not CONTRACT.search(comment):
                yield f"{name}:{line}: {match[1]} has no contract [thread | GIL | may park | owns | errors]"


RULES = (licences, file_lengths, function_lengths, raw_calls, directions, switches, contracts)


def main():
    breaches = [breach for rule in RULES for breach in rule()]
    print("".join(f"{breach}\n" for breach in breaches), end="")
    lengths = sorted(length for _, _, length in functions())
    nine = lengths[len(lengths) * 9 // 10]
    print(f"{len(lengths)} functions: median {statistics.median(lengths):g} lines, 90 % {nine}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
