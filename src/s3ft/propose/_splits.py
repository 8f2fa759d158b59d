"""What the target is measured on: a split that is there, a file beside, or a part of the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..data import read
from ..errors import InputError
from ..recipe import Data
from ._mapping import PASSAGES
from ._proposed import Proposed, Row

TESTS = ("test", "validation", "valid", "dev", "eval")
"""What splits and files are called that are no part of training, the surest first."""

GROUPS = ("title", "doc_id", "dial_id", "document_id", "article_id", "group", "task_id")
"""Columns whose equal values belong into one part, by what they are."""

SHOWN = (
    *("question", "prompt", "instruction", "query", "problem", "input", "text", "messages"),
    *PASSAGES,
)
"""Columns that are shown to the model: of those the one with the fewest values. A passage that is
trained on says what its other questions ask, and a question what it asks of another passage."""

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
    """The column to cut into parts by: with enough values, none missing."""
    by_name = {str(name).lower(): str(name) for name in rows[0]}
    wanted = max(2, min(10, len(rows)))
    there = [by_name[name] for name in (*GROUPS, *SHOWN) if name in by_name]
    counts = {column: len(_values(rows, column)) for column in there}
    enough = [column for column in there if counts[column] >= wanted]
    group = next((column for column in enough if column.lower() in GROUPS), None)
    return group or min(enough, key=counts.__getitem__, default=None)


def _values(rows: list[Row], column: str) -> set[str]:
    found: list[Any] = [row.get(column) for row in rows]
    if any(value in (None, "", []) for value in found):
        return set()
    return {json.dumps(value, sort_keys=True, default=str) for value in found}
