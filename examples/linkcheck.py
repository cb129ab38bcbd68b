# SPDX-License-Identifier: MIT OR Apache-2.0
"""Check the documents under /usr/share/doc: are they whole, and do their links lead somewhere?

    python3 linkcheck.py --report report.txt

This is an ordinary blocking program, one document after the other, with nothing but the
standard library. It knows nothing of greenhost; see linkcheck_tasks.py for what that adds.

The documents are fetched from a local server that takes its time over each answer. Only that
server is ever contacted: links to other hosts are counted and left alone.
"""

import argparse
import gzip
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import zlib
from contextlib import closing, contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Iterator, Sequence
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urldefrag, urljoin
from urllib.request import ProxyHandler, Request, build_opener

DOCUMENTS = ("copyright", "README", "changelog")
LINKS_PER_DOCUMENT = 6
RESERVED = "/%:=&?~#+!$,;'@()*[]"
REFERENCE = re.compile(
    r"/usr/share/((?:doc|common-licenses)/[\w./+~-]*\w)|(https?://\w[^\s<>\"')]*)"
)

SCHEMA = """
    CREATE TABLE documents (path TEXT PRIMARY KEY, state TEXT, sha256 TEXT,
                            size INTEGER, links INTEGER, outside INTEGER);
    CREATE TABLE broken (path TEXT, link TEXT, status INTEGER);
"""

# A proxy that the environment names would be another host, so none is used.
opener = build_opener(ProxyHandler({}))


class Database:
    """What the checks found. One connection, and a lock so that any thread may save."""

    def __init__(self, file: Path, expected: int) -> None:
        file.unlink(missing_ok=True)
        self.connection = sqlite3.connect(file, check_same_thread=False)
        # Every run starts afresh, so there is nothing that a power cut could damage.
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(SCHEMA)
        self.lock = threading.Lock()
        self.expected = expected
        self.saved = 0

    def save(self, document: tuple[object, ...], broken: Sequence[tuple[object, ...]]) -> None:
        with self.lock:
            with self.connection:
                self.connection.execute("INSERT INTO documents VALUES (?,?,?,?,?,?)", document)
                self.connection.executemany("INSERT INTO broken VALUES (?,?,?)", broken)
            self.saved += 1
            if self.saved % 20 == 0 or self.saved == self.expected:
                print(f"  {self.saved:3} of {self.expected} documents checked", flush=True)

    def close(self) -> None:
        self.connection.close()


class LinkParser(HTMLParser):
    """Collect what the links of a page point to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name in ("href", "src") and value]


def find_documents(root: Path, limit: int) -> list[str]:
    """Choose up to `limit` documents, spread evenly over all of them in order of name."""
    found = sorted(
        str(file.relative_to(root))
        for file in (root / "doc").rglob("*")
        if (file.name.startswith(DOCUMENTS) or file.suffix == ".html") and file.is_file()
    )
    if not found:
        sys.exit(f"linkcheck: there are no documents under {root / 'doc'}; try another --root")
    return [found[i * len(found) // limit] for i in range(limit)] if len(found) > limit else found


def find_links(site: str, path: str, text: str) -> tuple[list[str], int]:
    """Return the links of a document that lead to this site, and how many lead elsewhere."""
    links = set()
    for local, outside in REFERENCE.findall(text):
        links.add(site + quote(local) if local else outside)
    if path.endswith(".html"):
        parser = LinkParser()
        parser.feed(text)
        links |= {absolute(site + quote(path), link) for link in parser.links}
    inside = sorted(link for link in links if link.startswith(site))
    return inside[:LINKS_PER_DOCUMENT], sum(link.startswith("http") for link in links) - len(inside)


def absolute(page: str, link: str) -> str:
    """Return where a link on a page leads, spelled as a request needs it."""
    try:
        return quote(urldefrag(urljoin(page, link.strip())).url, safe=RESERVED)
    except ValueError:
        return ""  # Not an address at all, such as "http://[".


def fetch(url: str, method: str = "GET") -> tuple[int, bytes]:
    """Return the status of an answer, and its content."""
    try:
        with opener.open(Request(url, method=method), timeout=60) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""


def unpack(path: str, content: bytes) -> tuple[str, str]:
    """Return the state of a document and its text; gzip files hold a checksum of their own."""
    try:
        plain = gzip.decompress(content) if path.endswith(".gz") else content
        return "whole", plain.decode(errors="replace")
    except (OSError, EOFError, zlib.error):
        return "DAMAGED", ""


def sha256(content: bytes) -> str:
    """Have the system's own tool compute the checksum."""
    tool = subprocess.run(["sha256sum"], input=content, stdout=subprocess.PIPE, check=True)
    return tool.stdout.split()[0].decode()


def check_document(site: str, path: str, database: Database) -> None:
    """Fetch one document, checksum it, follow its links and save what was found."""
    status, content = fetch(site + quote(path))
    state, text = unpack(path, content) if status == 200 else ("MISSING", "")
    checksum = sha256(content)
    links, outside = find_links(site, path, text)
    targets = [(path, unquote(link.removeprefix(site)), fetch(link, "HEAD")[0]) for link in links]
    broken = [target for target in targets if target[2] != 200]
    database.save((path, state, checksum, len(content), len(links), outside), broken)


def write_report(database: Database, report: Path) -> None:
    """Write what was found, in order of name whatever the order it was found in."""
    query = database.connection.execute
    with report.open("w", encoding="utf-8") as out:
        for path, state, checksum, size, links, outside in query(
            "SELECT * FROM documents ORDER BY path"
        ):
            out.write(f"{path}: {state}, {size} bytes, {links} links, {outside} to other hosts\n")
            out.write(f"  sha256 {checksum}\n")
            for link, status in query(
                "SELECT link, status FROM broken WHERE path = ? ORDER BY link", (path,)
            ):
                out.write(f"  BROKEN ({status}): {link}\n")
        out.write(
            "%d documents, %d bytes, %d not whole, %d links, "
            % query(
                "SELECT count(*), total(size), total(state != 'whole'), total(links) FROM documents"
            ).fetchone()
        )
        out.write("%d broken\n" % query("SELECT count(*) FROM broken").fetchone())


@contextmanager
def serve(root: Path, delay: float) -> Iterator[str]:
    """Run the slow server in a process of its own for as long as the block lasts."""
    python = shutil.which("python3") or sys.executable
    script = str(Path(__file__).with_name("slow_server.py"))
    with subprocess.Popen(
        [python, script, str(root), str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us: the server stops last.
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().decode().strip()
        # Leaving the block closes its standard input, which stops it, and waits for its end.


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path, required=True, help="write the report to this file")
    parser.add_argument("--root", type=Path, default=Path("/usr/share"), help="where doc/ is")
    parser.add_argument("--limit", type=int, default=100, help="check this many documents at most")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds that each answer takes")
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    paths = find_documents(options.root, options.limit)
    with (
        serve(options.root, options.delay) as site,
        closing(Database(options.report.with_suffix(".sqlite"), len(paths))) as database,
    ):
        for path in paths:
            check_document(site, path, database)
        write_report(database, options.report)


if __name__ == "__main__":
    main()
