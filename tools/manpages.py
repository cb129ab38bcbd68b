# SPDX-License-Identifier: MIT OR Apache-2.0
"""Makes the man pages of runtime/greenhost.h, which stays the one place where its functions are told of.

    python3 manpages.py greenhost.h DIRECTORY

A page for each function: its prototype, its comment, its contract, and each type that it needs to know
of, field by field; greenhost.3 holds what the header says of the whole. What the header's comments have
to look like for that is what tests/house.py asks of them anyway.
"""

import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

WIDTH = 70  # of a line that must not be filled, on a terminal of 80 columns

COMMENT = r"/\*(?:(?!\*/).)*\*/"
DECLARATION = (
    r"#define(?:[^\n\\]|\\\n?)*|static inline .*?\n}"
    r"|(?:typedef|struct|enum|GH_EXPORT)\b[^;{]*(?:\{[^}]*\}[^;]*)?;"
)
ITEM = re.compile(rf"^(?P<comment>{COMMENT}\n)?(?P<code>{DECLARATION})\n", re.M | re.S)
SECTION = re.compile(r"^/\* ---- (.*) ---- \*/$", re.M)
CONTRACT = re.compile(r"\[((?:[^][|]+\|){4}[^][|]+)\]\s*$")
TERMS = ("Thread", "GIL", "May park", "Ownership", "Errors")
NAME = re.compile(r"\b(gh_\w+)\(")
NAMELESS = "Constants"
EMPTY = "\\&"  # what roff takes for a line of text, though it shows nothing
# A row of a table in a comment: a word, then what it means.
TABLE = re.compile(r"    (\w+)  +(.*)")
WORD = re.compile(r"\w+")
# A field or a value of an enum, with the comment before it or behind it.
MEMBER = re.compile(
    rf"\s*(?P<before>{COMMENT}\s*)?(?P<code>[^;,/]+)[;,](?P<behind> *{COMMENT})?", re.S
)


@dataclass
class Item:
    """A declaration with the comment above it; macros right below a function are part of it."""

    comment: str
    code: str
    section: str
    macros: list[str] = field(default_factory=list)

    @property
    def is_function(self) -> bool:
        return self.code.startswith(("GH_EXPORT", "static inline"))

    @property
    def name(self) -> str:
        """What it declares."""
        match = (
            re.match(r"#define (\w+)", self.code)
            or NAME.search(self.code)
            or re.search(r"\(\*(gh_\w+)\)", self.code)
            or re.search(r"(\w+)(?: \{[^}]*\})?;$", self.code)
        )
        return match[1] if match and match[1] != "enum" else ""

    @property
    def prototype(self) -> str:
        code = self.code.removeprefix("GH_EXPORT ").removeprefix("static inline ")
        return " ".join(code.split(" {")[0].rstrip(";").split()) + ";"


def plain(comment: str) -> str:
    """The text of a comment, without what makes it one."""
    inside = comment.strip().removeprefix("/*").removesuffix("*/")
    return re.sub(r"^ *\* ?", "", inside, flags=re.M).strip("\n ")


def parse(text: str) -> list[Item]:
    """The declarations of the header, in its order."""
    sections = [(match.start(), match[1]) for match in SECTION.finditer(text)]
    items: list[Item] = []
    end = text.index("#define GH_EXPORT")
    for match in ITEM.finditer(text, text.index("\n\n", end)):
        code = match["code"]
        if match["comment"] is None and code.startswith("#define"):
            items[-1].macros.append(code)
            continue
        section = [name for start, name in sections if start < match.start()][-1:] or [""]
        items.append(Item(plain(match["comment"] or ""), code, section[0]))
    return items


# ---- roff ----


def roff(text: str) -> str:
    """Text in which nothing means anything to roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.M)


def example(text: str) -> str:
    return f".PP\n.EX\n{roff(text)}\n.EE\n"


def entry(tag: str, text: str) -> str:
    return f".TP\n.B {roff(tag)}\n{roff(' '.join(text.split())) or EMPTY}\n"


def wrap(code: str, indent: int) -> list[str]:
    """Code in lines that end with a comma."""
    whole = " ".join(code.split()).replace(" ", "\0").replace(",\0", ", ")
    lines = textwrap.wrap(whole, WIDTH, subsequent_indent=" " * indent, break_long_words=False)
    return [line.replace("\0", " ") for line in lines]


def prose(text: str) -> str:
    return ".PP\n" + re.sub(r"\*(\w[\w ]*\w)\*", r"\\fI\1\\fP", roff(text)) + "\n"


def block(text: str, names: set[str]) -> str:
    """A paragraph of a comment. A line that starts with one of the names and a colon tells of that name,
    one that starts further in tells of its first word."""
    if re.match("    ", text) and not TABLE.match(text):
        return example(textwrap.dedent(text))
    out = ""
    heads = "|".join(sorted(names))
    for part in re.split(rf"\n(?=    )|(?:\n|  )(?=(?:{heads}): )", text):
        word, _, rest = part.partition(": ")
        row = TABLE.match(part)
        if row:
            out += entry(row[1], row[2])
        else:
            out += entry(word, rest) if word in names else prose(part)
    return out


def paragraphs(text: str, names: set[str]) -> str:
    return "".join(block(part, names) for part in re.split(r"\n\s*\n", text))


def synopsis(item: Item) -> str:
    """The prototype, its arguments one under the other where they don't fit, and its macros."""
    lines = wrap(item.prototype, item.prototype.index("(") + 1)
    lines += [macro.split(") ")[0] + ")" for macro in item.macros]
    body = "\n".join(["#include <greenhost.h>", "", *lines])
    return f".SH SYNOPSIS\n.nf\n.ft B\n{roff(body)}\n.ft\n.fi\n"


def members(item: Item) -> str:
    """A type: what it is for, then field by field what these are for."""
    opening, brace, rest = item.code.partition("{")
    head = f".SS {roff(item.name or NAMELESS)}\n" + (
        f"{roff(item.comment)}\n" if item.comment else ""
    )
    if not brace or "*/" not in rest:
        return head + example("\n".join(wrap(item.code.replace("\\\n", ""), 4)))
    for match in MEMBER.finditer(rest[: rest.rindex("}")]):
        told = plain(match["behind"] or match["before"] or "")
        head += entry(" ".join(match["code"].split()), told)
    return head


def needed(item: Item, items: list[Item]) -> list[Item]:
    """The types that a declaration names, those that these name, and the macros that make them."""
    types = {other.name: other for other in items if not other.is_function and other.name}
    found: dict[str, Item] = {}
    waiting = [item]
    while waiting:
        for word in WORD.findall(waiting.pop().code):
            if word in types and word not in found:
                found[word] = types[word]
                waiting.append(types[word])
    return [
        other
        for other in items
        if other.name in found
        or (other.code.startswith("#define") and found.keys() & set(WORD.findall(other.code)))
    ]


# ---- pages ----


def title(name: str, version: str, about: str) -> str:
    return (
        '.\\" SPDX-License-Identifier: MIT OR Apache-2.0\n.\\" Made from greenhost.h.\n'
        f'.TH {name.upper()} 3 "" "greenhost {version}" "Library Functions"\n'
        f".SH NAME\n{roff(name)} \\- {roff(about)}\n"
    )


def summary(text: str) -> str:
    """The first sentence, as a line of apropos(1) begins."""
    line = " ".join(re.split(r"[.:;](?:\s|$)", text)[0].split())
    return line if line[1:2].isupper() else line[:1].lower() + line[1:]


def function_page(item: Item, items: list[Item], version: str) -> str:
    contract = CONTRACT.search(item.comment)
    if contract is None:
        sys.exit(f"manpages: {item.name} has no contract")
    said = item.comment[: contract.start()].strip()
    names = set(WORD.findall(item.prototype)) | {"Errors"}
    page = title(item.name, version, summary(said)) + synopsis(item)
    page += f".SH DESCRIPTION\n{paragraphs(said, names)}.SH CONTRACT\n"
    for term, value in zip(TERMS, contract[1].split("|")):
        if value.strip() != "-":
            page += entry(term, value)
    types = needed(item, items)
    if types:
        page += ".SH TYPES\n" + "".join(members(other) for other in types)
    near = [other.name for other in items if other.is_function and other.section == item.section]
    near = ["greenhost", *(name for name in near if name != item.name)]
    return page + ".SH SEE ALSO\n" + ",\n".join(f".BR {name} (3)" for name in near) + "\n"


def overview(text: str, items: list[Item], version: str) -> str:
    """The page of the header itself: its essay, its functions, and what stands before its sections."""
    essay = plain(re.findall(COMMENT, text, re.S)[1]).removeprefix("greenhost.h: ")
    about, _, rest = essay.partition("\n\n")
    page = title("greenhost", version, summary(about))
    page += ".SH SYNOPSIS\n.nf\n.B #include <greenhost.h>\n.fi\n.PP\n"
    page += ".B cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs greenhost)\n"
    page += f".SH DESCRIPTION\n{paragraphs(rest, {'Errors'})}.SH FUNCTIONS\n"
    for item in items:
        if item.is_function:
            page += f".TP\n.BR {item.name} (3)\n{roff(summary(item.comment))}\n"
    page += ".SH TYPES\n" + "".join(
        members(item) for item in items if not item.section and not item.is_function
    )
    return page + ".SH SEE ALSO\n.BR greenhost (1)\n"


def pages(text: str) -> dict[str, str]:
    """What to write, by the name of the file."""
    items = parse(text)
    version = re.findall(r'^#define GH_VERSION "(.*)"$', text, re.M)[0]
    made = {"greenhost": overview(text, items, version)}
    for item in items:
        if item.is_function:
            made[item.name] = function_page(item, items, version)
            links = re.findall(r"#define (\w+)", "\n".join(item.macros))
            made |= {link: f".so man3/{item.name}.3\n" for link in links}
    return {f"{name}.3": page for name, page in made.items()}


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: manpages.py greenhost.h DIRECTORY")
    directory = Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    for name, page in pages(Path(sys.argv[1]).read_text()).items():
        (directory / name).write_text(page)


if __name__ == "__main__":
    main()
