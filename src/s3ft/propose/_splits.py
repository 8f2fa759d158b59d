"""What the target is measured on: a split that is there, a file beside, or a part of the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..data import read
from ..errors import InputError
from ..recipe import Data
from ._proposed import Proposed, Row

TESTS = ("test", "validation", "valid", "dev", "eval")
"""What splits and files are called that are no part of training, the surest first."""

TOGETHER = (
    *("title", "doc_id", "dial_id", "document_id", "article_id", "group", "task_id"),
    *("question", "prompt", "instruction", "query", "problem", "input", "text", "messages"),
)
"""Columns whose equal values belong into one part: articles and documents before questions."""

SHARE = 0.2
"""Of the rows, kept for the test."""


def splits(data: Data, rows: list[Row]) -> Iterator[Proposed]:
    """The keys that say what is tested on; nothing where the data say it already."""
    if data.test is not None or data.split is not None:
        return
    path = Path(data.path)
    if path.is_file():
        if (beside := _beside(path)) is not None:
            yield Proposed("data.test", str(beside), "the file beside it, by its name")
            return
    elif found := next((name for name in TESTS if _has(data, name)), None):
        yield Proposed("data.test", found, "a split of the data that nobody trains on")
        return
    column = _together(rows)
    if column is None:
        return
    why = f"there is no test split: a fifth of the rows, none of whose {column!r} is trained on"
    yield Proposed("data.split", {"by": column, "test": SHARE}, why)
    yield Proposed("data.test", "test", "the part that split keeps")


def _beside(path: Path) -> Path | None:
    for name in TESTS:
        other = path.with_name(path.name.replace("train", name))
        if "train" in path.name and other.is_file():
            return other
    return None


def _has(data: Data, split: str) -> bool:
    """Whether there is such a split, and its rows have answers."""
    try:
        return next(read(data.model_copy(update={"test": split}), "test"), None) is not None
    except InputError:
        return False


def _together(rows: list[Row]) -> str | None:
    """The first column with enough values, none missing, to be cut into parts by."""
    by_name = {str(name).lower(): str(name) for name in rows[0]}
    wanted = min(10, len(rows))
    for name in TOGETHER:
        column = by_name.get(name)
        if column is not None and len(_values(rows, column)) >= wanted > 1:
            return column
    return None


def _values(rows: list[Row], column: str) -> set[str]:
    found: list[Any] = [row.get(column) for row in rows]
    if any(value in (None, "", []) for value in found):
        return set()
    return {json.dumps(value, sort_keys=True, default=str) for value in found}
