"""One row as it stands in its source, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import InputError

Rows = Iterator["Row | InputError"]
"""Rows, and in the stead of a wrong one the error: so one pass finds several."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file. ``number`` is its line in text files, else its row, from 1.

    ``table`` and ``key`` together are the place: ``train.jsonl:12``, ``train.parquet: row 12``, and
    ``dev.json:1 data[0].paragraphs[3]`` of a row that a layout found inside another. A cell that
    cannot be read holds the BadValue that says why.
    """

    table: str
    number: int
    values: dict[str, Any]
    inside: str = ""

    @property
    def key(self) -> int | str:
        """What tells it from all other rows of its table."""
        return f"{self.number} {self.inside}" if self.inside else self.number

    @property
    def place(self) -> str:
        return f"{self.table}{self.key}"
