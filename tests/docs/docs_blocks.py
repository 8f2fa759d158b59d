"""The fences of README and documentation, and what stands just before them.

A comment before a fence says how its test differs: ``<!-- not run: needs a GPU -->`` (one of
`REASONS`), ``<!-- figures vary -->`` where another machine prints other numbers, and
``<!-- exit code 1 -->``. A fence with a title is a file in the folder of the reader.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((DOCS / "guides").glob("*.md"))]

REASONS = {
    "changes the settings of your shell",
    "installs packages",
    "needs a GPU",
    "needs a server",
    "needs several machines",
    "needs the network",
    "takes hours",
    "takes minutes",
    "uploads to the Hub",
}
"""Why a block may not be run."""

FENCE = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*) -->\n\n?)?"
    r"^```(?P<language>\w*)(?: title=\"(?P<title>[^\"]*)\")?[^\n]*\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fence: what it holds, and the comment before it."""

    where: str
    language: str
    title: str
    body: str
    mark: str
    follows: str
    """What stands between the fence before and this one."""

    @property
    def reason(self) -> str | None:
        """Why it is not run."""
        return self.mark.removeprefix("not run: ") if self.mark.startswith("not run: ") else None

    @property
    def is_run(self) -> bool:
        is_code = self.language == "console" or (self.language == "python" and not self.title)
        return is_code and self.reason is None

    @property
    def commands(self) -> list[Command]:
        """Of a console: what is typed, and what is shown below it."""
        found: list[Command] = []
        for line in self.body.splitlines() if self.language == "console" else ():
            if line.startswith("$ "):
                found.append(Command(line[2:], []))
            else:
                found[-1].shown.append(line)
        return found


@dataclass(frozen=True)
class Command:
    """A line that is typed, and the lines that it prints."""

    line: str
    shown: list[str]

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line, comments=True)

    @property
    def verbs(self) -> list[list[str]]:
        """The arguments of each ``s3ft`` in it."""
        words = self.words
        before = ["", *words]
        starts = [
            number
            for number, word in enumerate(words)
            if word == "s3ft" and re.fullmatch(r"|\||&&|-m|[A-Z]+=.*", before[number])
        ]
        found = []
        for start in starts:
            rest = words[start + 1 :]
            stop = next((n for n, word in enumerate(rest) if word in ("|", ">", "&&")), len(rest))
            found.append(rest[:stop])
        return found


def blocks(page: Path) -> list[Block]:
    """All fences of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found, end = [], 0
    for match in FENCE.finditer(text):
        where = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start('body'))}"
        fields = {name: match[name] or "" for name in ("language", "title", "body", "mark")}
        found.append(Block(where, **fields, follows=text[end : match.start()].strip()))
        end = match.end()
    return found


def prose(page: Path) -> str:
    """A page without its fences."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))
