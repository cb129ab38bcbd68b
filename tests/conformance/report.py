# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the outcomes of a suite of tests under python3 and under greenhost come to, in words."""

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

# Added to the outcome of a test that failed at first and passed when it was run once more.
SECOND = ", then pass"

# Whose tests they are; a library's modules begin with its name.
SUITES = {
    "cpython": "CPython 3.11's `test` package",
    "greenlet": "greenlet",
    "trio": "Trio",
}


class Place(NamedTuple):
    """Where and how a module's tests run under greenhost, and under python3 to compare."""

    words: str
    task: bool = False  # in a spawned task, which python3 has a thread for
    threads: str = "os"  # what --threads says to greenhost
    interval: float = 0.0  # of sys.setswitchinterval(), s; 0.0 for python3's own

    def ours(self) -> str:
        return "task" if self.task else "main"

    def base(self) -> str:
        return "thread" if self.task else "main"

    def base_name(self) -> str:
        return self.base() + (f"@{self.interval:g}" if self.interval else "")


PLACES = {
    "main": Place("the main task, threads are of the system"),
    "task": Place("a spawned task, threads are of the system", task=True),
    "main-tasks": Place("the main task, threads are tasks", threads="tasks"),
    "task-tasks": Place("a spawned task, threads are tasks", task=True, threads="tasks"),
    "main-often": Place("as main-tasks, switched each 0.1 ms", threads="tasks", interval=1e-4),
    "task-often": Place("as task-tasks, switched each 0.1 ms", True, "tasks", 1e-4),
}


def suite_of(module: str) -> str:
    library = module.partition(".")[0]
    return library if library in SUITES else "cpython"


def passed(status: str) -> bool:
    return status == "pass" or status.endswith(SECOND)


class Record(NamedTuple):
    """A module's tests with what became of each, the sys.executable of that run, and its build."""

    executable: str
    outcomes: dict[str, str]
    build: str = ""

    def passes(self) -> int:
        return sum(passed(status) for status in self.outcomes.values())

    def not_passed(self) -> set[str]:
        return {test for test, status in self.outcomes.items() if status != "pass"}


class Comparison(NamedTuple):
    """A module under python3 and under greenhost."""

    base: Record
    ours: Record


class Reason(NamedTuple):
    """Why some tests differ: patterns of the tests, and of the names of the places."""

    tests: list[str]
    place: str
    reason: str

    def covers(self, test: str, place: str) -> bool:
        return fnmatchcase(place, self.place) and any(fnmatchcase(test, p) for p in self.tests)


def read_reasons(path: Path) -> list[Reason]:
    rows = tomllib.loads(path.read_text()).get("difference", [])
    return [Reason(row["tests"], row.get("place", "*"), row["reason"].strip()) for row in rows]


def reason_for(test: str, place: str, reasons: list[Reason]) -> str:
    return next((row.reason for row in reasons if row.covers(test, place)), "")


def differences(base: Record, ours: Record) -> list[str]:
    """The tests that pass under python3 and do not under greenhost."""
    return sorted(
        test
        for test, status in base.outcomes.items()
        if status == "pass" and not passed(ours.outcomes.get(test, ""))
    )


def describe(
    module: str, place: str, base: Record, ours: Record, reasons: list[Reason]
) -> tuple[str, int]:
    """A module's lines on the terminal, and how many of its differences have no reason."""
    differing = differences(base, ours)
    lines = [f"{module} in {place}: {ours.passes()} pass, {len(differing)} differ from python3"]
    unexplained = 0
    if not ours.outcomes:
        unexplained = 1
        lines.append("    no test was run")
    for test in differing:
        known = reason_for(test, place, reasons)
        unexplained += not known
        status = ours.outcomes.get(test, "missing")
        lines.append(f"    {status}\t{test}{' (its reason is known)' if known else ''}")
    return "\n".join(lines), unexplained


Table = dict[tuple[str, str], Comparison | None]

INTRODUCTION = """\
<!-- Written by `make conformance`; tests/conformance/reasons.toml has the reasons. -->
# Other people's tests under greenhost

The tests of CPython, greenlet and Trio, as Debian ships them, run test by test under
`/usr/bin/python3` and under greenhost: in the main task, where python3 runs them in its main
thread, and inside a task that was spawned, where python3 runs them in a thread; with threads of the
system's and with threads that are tasks; and, of modules that have to do with threads, in these last
two with a switch interval of 0.1 ms, for python3 too. Held against greenhost is what passes under
python3 and does not pass here; what python3 itself fails or skips on the same machine does not count.

    make conformance                                    # all of it, and this file; some hours
    make conformance CONFORMANCE="--suite greenlet --suite trio"
    make conformance CONFORMANCE="--resume"             # go on with what this build has not run
    make conformance CONFORMANCE="--only test_queue --place task"

Each run writes the parts of those whose tests it has run.
"""


def children(table: Table) -> str:
    found = {Path(both.ours.executable).name for both in table.values() if both is not None}
    if found == {"greenhost"}:
        return "yes: what a test starts through it runs under greenhost too"
    return f"no, it is {', '.join(sorted(found)) or 'not known'}"


def builds(table: Table) -> str:
    found = sorted({both.ours.build for both in table.values() if both is not None})
    return f"Of build {found[0]}" if len(found) == 1 else f"Of several builds: {', '.join(found)}"


def cell(both: Comparison | None) -> str:
    if both is None:
        return ""
    differ = len(differences(both.base, both.ours))
    return str(both.base.passes()) + (f" − {differ}" if differ else "")


def totals(modules: list[str], place: str, table: Table) -> tuple[int, int, int]:
    pairs = [both for module in modules if (both := table[module, place]) is not None]
    passes = sum(both.base.passes() for both in pairs)
    differ = sum(len(differences(both.base, both.ours)) for both in pairs)
    return len(pairs), passes, differ


def summary(modules: list[str], table: Table) -> list[str]:
    lines = [
        "| place | what it is | modules | pass under python3 | of them not here |",
        "|---|---|--:|--:|--:|",
    ]
    for name, place in PLACES.items():
        count, passes, differ = totals(modules, name, table)
        if count:
            row = f"| {name} | {place.words} | {count} of {len(modules)} | {passes} | {differ} |"
            lines.append(row)
    told = f"{builds(table)}. Is `sys.executable` greenhost in these runs? {children(table)}."
    return [*lines, "", told, ""]


def remaining(modules: list[str], table: Table, reasons: list[Reason]) -> list[str]:
    """The differences, grouped by their reason."""
    groups: dict[str, list[str]] = {}
    for (module, place), both in table.items():
        for test in differences(*both) if both is not None else []:
            reason = reason_for(test, place, reasons) or "Not explained yet."
            assert both is not None
            status = both.ours.outcomes.get(test, "missing")
            groups.setdefault(reason, []).append(f"- `{test}`, {place}: {status}")
    lines = ["### What differs, and why", ""]
    for reason, tests in groups.items():
        lines += [" ".join(reason.split()), "", *tests, ""]
    return lines if groups else [*lines, "Nothing.", ""]


def second_attempts(table: Table) -> list[str]:
    names = [
        f"- `{test}`, {place}: {status}"
        for (_, place), both in table.items()
        if both is not None
        for test, status in both.ours.outcomes.items()
        if status.endswith(SECOND)
    ]
    if not names:
        return []
    return ["### Passed at the second attempt", "", *sorted(names), ""]


def per_module(modules: list[str], table: Table) -> list[str]:
    """What python3 passes of each, less what does not pass here."""
    places = [p for p in PLACES if any(table[m, p] is not None for m in modules)]
    rows = [[m, *(cell(table[m, p]) for p in places)] for m in modules]
    lines = [f"| {' | '.join(row)} |" for row in (["module", *places], *rows)]
    lines.insert(1, "|---|" + "--:|" * len(places))
    head = ["### Module by module", "", "What python3 passes, less what does not pass here.", ""]
    return [*head, *lines, ""]


def part(suite: str, every: list[str], table: Table, reasons: list[Reason]) -> str:
    """A suite's chapter, from its heading on."""
    modules = [module for module in every if suite_of(module) == suite]
    own = {(module, place): both for (module, place), both in table.items() if module in modules}
    lines = [
        f"## {SUITES[suite]}",
        "",
        *summary(modules, own),
        *remaining(modules, own, reasons),
        *second_attempts(own),
        *per_module(modules, own),
    ]
    return "\n".join(lines)


def write(
    path: Path, chosen: set[str], every: list[str], table: Table, reasons: list[Reason]
) -> None:
    """Write the report anew, with the chapters of other suites as they were."""
    old = re.split(r"^(?=## )", path.read_text(), flags=re.M)[1:] if path.exists() else []
    kept = {text.partition("\n")[0]: text for text in old}
    parts = [INTRODUCTION]
    for suite, title in SUITES.items():
        if suite in chosen:
            parts.append(part(suite, every, table, reasons))
        elif f"## {title}" in kept:
            parts.append(kept[f"## {title}"].rstrip("\n") + "\n")
    path.write_text("\n".join(parts))
