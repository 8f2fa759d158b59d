"""Texts with ``{column}`` in them, filled in one pass: what a column holds is not filled again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_PART = re.compile(r"\{\{|\}\}|\{([^{}]+?)(\??)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Column:
    """A placeholder. An optional one, ``{column?}``, may be empty or null."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ColumnTemplate:
    """Literal texts and placeholders in turn."""

    parts: tuple[str | Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(part for part in self.parts if isinstance(part, Column))

    def fill(self, value: Callable[[Column], str]) -> str:
        """The text, with ``value`` of each placeholder in its place."""
        return "".join(value(part) if isinstance(part, Column) else part for part in self.parts)


def parse(text: str) -> ColumnTemplate:
    """Read a template; ``{{`` and ``}}`` are literal braces.

    Raises:
        ValueError: a brace stands alone.
    """
    parts: list[str | Column] = []
    end = 0
    for match in _PART.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match[1]:
            parts.append(Column(match[1], optional=bool(match[2])))
        elif match[0] in ("{{", "}}"):
            parts.append(match[0][0])
        else:
            raise ValueError(
                f"has a lone {match[0]!r}; a literal brace is written {match[0] * 2!r}"
            )
    parts.append(text[end:])
    return ColumnTemplate(tuple(part for part in parts if part))
