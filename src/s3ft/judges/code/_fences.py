"""Code blocks of Markdown as models write them, found line by line in linear time.

CommonMark's fences, and what it does not take for one: an opening fence after words on its line, a
closing one after code, code on the line of the opening one, a block that never closes.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

_OPENING = re.compile(
    r"(?P<before>[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+)"
    r"(?P<fence>`{3,}+|~{3,}+|'''(?=[ \t]*py(?:thon)?\d?[ \t]*$))"
)
_FENCES = ("```", "~~~", "'''")
_LANGUAGE = re.compile(r"[\s{.]*+([\w+#-]*+)")
_CODE = re.compile(r"[ \t]*+(?:from|import|def|class|async def|@)[ \t\w]")
_NOT_PROGRAMS = ("pycon", "pytb", "pyrex", "python-repl")
_SHOWN = ("markdown", "md", "mdx")
"""A fence of these is paper round the fences in it."""


@dataclass(frozen=True, slots=True)
class Block:
    """The code in a fence, and the language it claims, in lower case."""

    language: str
    code: str

    @property
    def may_be_python(self) -> bool:
        return not self.language or _is_python(self.language)


@dataclass(slots=True)
class _Open:
    """A block that has not closed yet: its fence, and the columns before that."""

    fence: str
    before: str
    language: str
    lines: list[str]

    def closes(self, line: str) -> str | None:
        """What of the line still belongs to the block, if the line closes it."""
        bare = self.inner(line)
        text = bare.rstrip()
        code = text.rstrip(self.fence[0])
        if len(text) - len(code) < len(self.fence):
            return None
        if not code.strip():
            return "" if len(code) < len(self.before) + 4 else None  # deeper: in a docstring
        return code if self.fence[0] == "`" and "```" not in code else None

    def inner(self, line: str) -> str:
        """The line without the marks of a quotation that the block stands in."""
        for _ in range(self.before.count(">")):
            line = line.lstrip(" \t").removeprefix(">").removeprefix(" ")
        return line

    def block(self) -> Block:
        code = "\n".join(self.lines)
        # A body without its function keeps its indent, a function has none.
        shifted = self.before or _CODE.match(code.lstrip("\n"))
        return Block(self.language, textwrap.dedent(code) if shifted else code)


def blocks(text: str) -> tuple[list[Block], str]:
    """The blocks in their order, and the text outside of them."""
    if not any(fence in text for fence in _FENCES):
        return [], text
    found: list[Block] = []
    outside: list[str] = []
    now: _Open | None = None
    for line in text.split("\n"):
        fenced = any(fence in line for fence in _FENCES)
        if now is None:
            opened = _opening(line) if fenced else None
            if isinstance(opened, Block):
                found.append(opened)
            elif opened is None:
                outside.append(line)
            elif opened.language not in _SHOWN:
                now = opened
            continue
        rest = now.closes(line) if fenced else None
        again = _opening(line) if fenced and rest is None else None
        if isinstance(again, _Open) and _is_python(again.language) and len(again.before) < 4:
            found.append(now.block())
            now = again
        elif rest is None:
            now.lines.append(now.inner(line))
        else:
            now.lines += [rest] if rest else []
            found.append(now.block())
            now = None
    if now is not None:
        found.append(now.block())
    return found, "\n".join(outside)


def _opening(line: str) -> _Open | Block | None:
    """The block that the line opens, or that it is."""
    match = _OPENING.match(line)
    if match is None:
        # "Here it is: ```python"
        head, _, info = line.rpartition("```")
        python = _is_python(_language(info)) or (not info.strip() and head.rstrip().endswith(":"))
        return _Open("```", "", _language(info), []) if python and "`" not in head else None
    fence, info = match["fence"], line[match.end() :].rstrip()
    if fence[0] == "`" and "`" in info:
        code = info.rstrip("`")
        return None if "`" in code else Block(*_told(code)) if info.endswith(fence) else None
    language, code = _told(info)
    return _Open(fence, match["before"], language, [code] if code else [])


def _told(info: str) -> tuple[str, str]:
    """The language that stands after a fence, and the code that does."""
    if _CODE.match(info):
        return "", info
    language = _LANGUAGE.match(info)
    rest = info[language.end() :].lstrip() if language else ""
    return _language(info), rest if _CODE.match(rest) else ""


def _language(info: str) -> str:
    words = info.split(maxsplit=1)
    if words and words[0].endswith(".py"):
        return "python"
    match = _LANGUAGE.match(info)
    return match[1].lower() if match else ""


def _is_python(language: str) -> bool:
    return language.startswith(("py", "ipy")) and language not in _NOT_PROGRAMS
